package dev.rheo.cel.cost;

/**
 * The least and the largest cost, or size, as unsigned numbers; what is larger than the largest
 * number is the largest number.
 */
public record Range(long min, long max) {
  /** The largest number. */
  public static final long UNBOUNDED = -1;

  public static final Range ZERO = new Range(0, 0);
  public static final Range ONE = new Range(1, 1);

  /** Of which nothing is known. */
  public static final Range UNKNOWN = new Range(0, UNBOUNDED);

  private static final double TWO_TO_63 = 0x1p63;
  private static final double TWO_TO_64 = 0x1p64;

  public static Range of(long value) {
    return new Range(value, value);
  }

  public Range plus(Range other) {
    return new Range(plus(min, other.min), plus(max, other.max));
  }

  public Range times(Range other) {
    return new Range(times(min, other.min), times(max, other.max));
  }

  /** Each multiplied by a factor and rounded up. */
  public Range times(double factor) {
    return new Range(times(min, factor), times(max, factor));
  }

  /** The smallest range that has both. */
  public Range union(Range other) {
    return new Range(
        Long.compareUnsigned(other.min, min) < 0 ? other.min : min,
        Long.compareUnsigned(other.max, max) > 0 ? other.max : max);
  }

  static long plus(long a, long b) {
    long sum = a + b;
    return Long.compareUnsigned(sum, a) < 0 ? UNBOUNDED : sum;
  }

  static long times(long a, long b) {
    return b != 0 && Long.compareUnsigned(a, Long.divideUnsigned(UNBOUNDED, b)) > 0
        ? UNBOUNDED
        : a * b;
  }

  static long times(long a, double factor) {
    return toUnsigned(Math.ceil(toDouble(a) * factor));
  }

  /** An unsigned number as the nearest floating-point one. */
  static double toDouble(long unsigned) {
    return unsigned >= 0 ? unsigned : ((unsigned >>> 1) | (unsigned & 1)) * 2.0;
  }

  private static long toUnsigned(double value) {
    if (value >= TWO_TO_64) {
      return UNBOUNDED;
    }
    return value < TWO_TO_63 ? (long) value : (long) (value - TWO_TO_63) + Long.MIN_VALUE;
  }
}
