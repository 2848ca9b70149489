package dev.rheo.client.wire;

import java.io.IOException;
import java.util.Arrays;

/**
 * The bytes of one value. The buffer is used again for the next value; after a large value it is
 * given back. Not safe for use by several threads.
 */
public final class Captured {
  private static final int SMALL = 16 * 1024;
  private static final int KEPT = 256 * 1024;

  private byte[] bytes = new byte[SMALL];
  private int length;

  /** The buffer: the value is at its start. It changes with the next value. */
  public byte[] bytes() {
    return bytes;
  }

  /** How many bytes the value has. */
  public int length() {
    return length;
  }

  /** The value's own copy of the bytes. */
  public byte[] copy() {
    return Arrays.copyOf(bytes, length);
  }

  void clear() {
    length = 0;
    if (bytes.length > KEPT) {
      bytes = new byte[SMALL];
    }
  }

  void append(byte[] from, int offset, int count, int limit) throws IOException {
    if (count > limit - length) {
      throw new MalformedJsonException("an object of more than " + limit + " bytes");
    }
    if (length + count > bytes.length) {
      long doubled = Math.max(2L * bytes.length, (long) length + count);
      bytes = Arrays.copyOf(bytes, (int) Math.min(doubled, limit));
    }
    System.arraycopy(from, offset, bytes, length, count);
    length += count;
  }

  void set(byte[] from) {
    bytes = from;
    length = from.length;
  }
}
