package dev.rheo.cache;

/** The cache does not serve this resource: it was removed, or it never was added. */
public final class NotCachedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NotCachedException(String what) {
    super("not a cached resource: " + what);
  }
}
