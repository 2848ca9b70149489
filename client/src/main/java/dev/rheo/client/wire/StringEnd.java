package dev.rheo.client.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Finds the byte that a JSON string must be looked at for: its quotation mark or a backslash. */
final class StringEnd {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long ONES = 0x0101010101010101L;
  private static final long TOPS = 0x8080808080808080L;
  private static final long QUOTES = ONES * '"';
  private static final long BACKSLASHES = ONES * '\\';

  private StringEnd() {}

  /**
   * The place of the next quotation mark or backslash, or {@code end}. Looks at eight bytes at a
   * time.
   */
  static int next(byte[] bytes, int from, int end) {
    int i = from;
    while (i + Long.BYTES <= end) {
      long eight = (long) LONGS.get(bytes, i);
      long found = zeros(eight ^ QUOTES) | zeros(eight ^ BACKSLASHES);
      if (found != 0) {
        // The lowest mark is exact: what lies below it has set none.
        return i + Long.numberOfTrailingZeros(found) / Byte.SIZE;
      }
      i += Long.BYTES;
    }
    while (i < end && bytes[i] != '"' && bytes[i] != '\\') {
      i++;
    }
    return i;
  }

  /** Marks bytes that are zero; bytes above such a one may be marked, too. */
  private static long zeros(long eight) {
    return (eight - ONES) & ~eight & TOPS;
  }
}
