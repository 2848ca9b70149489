package dev.rheo.codec.json;

/** Puts a resourceVersion into a form that was encoded without one. */
public final class RevisionSplice {
  private RevisionSplice() {}

  /**
   * The form with the decimal digits of {@code revision} at {@code revisionOffset}; whatever {@code
   * revisionLength} bytes stood there are replaced.
   */
  public static byte[] splice(byte[] form, int revisionOffset, int revisionLength, long revision) {
    throw new UnsupportedOperationException();
  }

  /** The same for a canonical form, whose resourceVersion is empty. */
  public static byte[] splice(byte[] form, int revisionOffset, long revision) {
    return splice(form, revisionOffset, 0, revision);
  }

  /** How many bytes the digits of a revision take: 1 to 19. */
  public static int digits(long revision) {
    throw new UnsupportedOperationException();
  }
}
