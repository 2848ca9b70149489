package dev.rheo.codec.io;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Eight bytes at a time in a long ("SIMD within a register"): the first byte in memory is the least
 * significant. Masks have the high bit set in each byte that matches; bytes after the first match
 * may be reported wrongly, so only the lowest set bit counts.
 */
final class Swar {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  static final long ONES = 0x0101010101010101L;
  static final long HIGHS = 0x8080808080808080L;
  private static final long QUOTES = ONES * '"';
  private static final long BACKSLASHES = ONES * '\\';
  private static final long SPACES = ONES * ' ';
  private static final long AMPERSANDS = ONES * '&';

  /** Setting bit 1 makes '<' a '>'. */
  private static final long BIT_ONE = ONES * 2;

  private static final long GREATERS = ONES * '>';

  private Swar() {}

  static long at(byte[] bytes, int index) {
    return (long) LONGS.get(bytes, index);
  }

  /** Quotes, backslashes and control characters. */
  static long stringEnds(long word) {
    long quote = word ^ QUOTES;
    long backslash = word ^ BACKSLASHES;
    return (((quote - ONES) & ~quote)
            | ((backslash - ONES) & ~backslash)
            | ((word - SPACES) & ~word))
        & HIGHS;
  }

  /** Bytes that may need an escape: {@link #stringEnds}, {@code < > &}, and all beyond ASCII. */
  static long jsonEscapes(long word) {
    return stringEnds(word)
        | (word & HIGHS)
        | equal(word, AMPERSANDS)
        | equal(word | BIT_ONE, GREATERS);
  }

  /** The bytes equal to the one that {@code pattern} repeats. */
  static long equal(long word, long pattern) {
    long difference = word ^ pattern;
    return (difference - ONES) & ~difference & HIGHS;
  }

  /** Index of the first byte that the mask marks. */
  static int first(long mask) {
    return Long.numberOfTrailingZeros(mask) >>> 3;
  }
}
