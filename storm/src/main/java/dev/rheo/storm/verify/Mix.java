package dev.rheo.storm.verify;

/**
 * The finaliser of SplitMix64 (Steele, Lea, Flood 2014): each bit of the result depends on all bits
 * of the input.
 */
final class Mix {
  static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private Mix() {}

  static long of(long a, long b) {
    long z = a + (b + 1) * GOLDEN;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
