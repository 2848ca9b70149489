package dev.rheo.codec.json;

/** Puts a resourceVersion into a form that was encoded without one. */
public final class RevisionSplice {
  private RevisionSplice() {}

  /**
   * The form with the decimal digits of {@code revision} at {@code revisionOffset}; whatever {@code
   * revisionLength} bytes stood there are replaced.
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

  /** The digits of a revision alone. */
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

  /** The same for a canonical form, whose resourceVersion is empty. */
  public static byte[] splice(byte[] form, int revisionOffset, long revision) {
    return splice(form, revisionOffset, 0, revision);
  }

  /** How many bytes the digits of a revision take: 1 to 19. */
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
