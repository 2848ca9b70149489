package dev.rheo.junit;

/** What a method says that waits, has no checked exception for it, and is interrupted. */
final class Interruption {
  private Interruption() {}

  /** An exception to throw. The thread stays interrupted. */
  static IllegalStateException of(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new IllegalStateException("interrupted while waiting for the server", e);
  }
}
