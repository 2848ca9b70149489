package dev.rheo.codec.gzip;

/**
 * Combines the CRC-32s of two byte sequences into that of their concatenation, as zlib's {@code
 * crc32_combine}. A CRC is the remainder of a polynomial over GF(2), so the first CRC is multiplied
 * by x to the power of the second sequence's length in bits, modulo the CRC's polynomial.
 *
 * <p>Polynomials are reflected, as the CRC is: the highest bit is the coefficient of x⁰.
 */
final class Crc32 {
  private static final int POLYNOMIAL = 0xEDB88320;
  private static final int ONE = 1 << 31;

  /** x to the power of 8·2ⁿ: the factor for 2ⁿ bytes. */
  private static final int[] BYTES = new int[Long.SIZE - 1];

  static {
    int power = ONE >>> Byte.SIZE;
    for (int n = 0; n < BYTES.length; n++) {
      BYTES[n] = power;
      power = multiply(power, power);
    }
  }

  private Crc32() {}

  /**
   * @param length of the second sequence in bytes
   */
  static int combine(int first, int second, long length) {
    int shifted = first;
    for (long rest = length; rest != 0; rest &= rest - 1) {
      shifted = multiply(BYTES[Long.numberOfTrailingZeros(rest)], shifted);
    }
    return shifted ^ second;
  }

  private static int multiply(int a, int b) {
    int product = 0;
    int factor = b;
    for (int rest = a; rest != 0; rest <<= 1) {
      product ^= factor & rest >> 31;
      factor = factor >>> 1 ^ POLYNOMIAL & -(factor & 1);
    }
    return product;
  }
}
