package dev.rheo.codec.json;

/** Inserts a resourceVersion into a form that was encoded without one. */
public final class RevisionSplice {
  private RevisionSplice() {}

  /**
   * A copy of the form in which the decimal digits of {@code revision} replace {@code
   * revisionLength} bytes at {@code revisionOffset}.
   */
  public static byte[] splice(byte[] form, int revisionOffset, int revisionLength, long revision) {
    if (revisionOffset < 0 || revisionLength < 0 || revisionLength > form.length - revisionOffset) {
      throw new IndexOutOfBoundsException(revisionOffset);
    }
    int digits = digits(revision);
    byte[] spliced = new byte[form.length - revisionLength + digits];
    System.arraycopy(form, 0, spliced, 0, revisionOffset);
    put(revision, digits, spliced, revisionOffset);
    int rest = revisionOffset + revisionLength;
    System.arraycopy(form, rest, spliced, revisionOffset + digits, form.length - rest);
    return spliced;
  }

  /** The decimal digits of a revision. */
  public static byte[] toBytes(long revision) {
    int digits = digits(revision);
    byte[] bytes = new byte[digits];
    put(revision, digits, bytes, 0);
    return bytes;
  }

  private static void put(long revision, int digits, byte[] to, int at) {
    long rest = revision;
    for (int i = at + digits - 1; i >= at; i--) {
      to[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
  }

  /** Inserts the digits into a canonical form, whose resourceVersion is empty. */
  public static byte[] splice(byte[] form, int revisionOffset, long revision) {
    return splice(form, revisionOffset, 0, revision);
  }

  /** The number of digits of a revision: 1 to 19. */
  public static int digits(long revision) {
    if (revision < 0) {
      throw new IllegalArgumentException("a revision is not negative: " + revision);
    }
    int digits = 1;
    for (long rest = revision; rest >= 10; rest /= 10) {
      digits++;
    }
    return digits;
  }
}
