package dev.rheo.codec.value;

import java.math.BigDecimal;
import java.math.MathContext;

/** Floating-point numbers as Go's encoding/json writes them. */
public final class Floats {
  private static final double SMALLEST_PLAIN = 1e-6;
  private static final double LARGEST_PLAIN = 1e21;

  private static final int SMALLEST_PLAIN_EXPONENT = -4;
  private static final int LARGEST_PLAIN_EXPONENT = 6;

  private static final MathContext ONE_DIGIT = new MathContext(1);

  private Floats() {}

  /**
   * The shortest digits that read back as the same number; with an exponent only below 1e-6 and
   * from 1e21 on.
   *
   * @throws IllegalArgumentException if the value is infinite or NaN
   */
  public static String format(double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException("json: unsupported value: " + value);
    }
    if (value == 0) {
      return 1 / value < 0 ? "-0" : "0";
    }
    double magnitude = Math.abs(value);
    BigDecimal digits = shortest(value);
    if (magnitude >= SMALLEST_PLAIN && magnitude < LARGEST_PLAIN) {
      return digits.toPlainString();
    }
    String mantissa = digits.unscaledValue().abs().toString();
    int exponent = mantissa.length() - 1 - digits.scale();
    StringBuilder out = new StringBuilder(value < 0 ? "-" : "").append(mantissa.charAt(0));
    if (mantissa.length() > 1) {
      out.append('.').append(mantissa, 1, mantissa.length());
    }
    out.append('e').append(exponent < 0 ? '-' : '+');
    // Go pads exponents to two digits, then removes the zero from negative ones.
    if (exponent > 0 && exponent < 10) {
      out.append('0');
    }
    return out.append(Math.abs(exponent)).toString();
  }

  /**
   * The number as Go's verb {@code %v} writes it: with an exponent below 1e-4 and from 1e6 on.
   *
   * @throws IllegalArgumentException if the value is infinite or NaN
   */
  public static String plain(double value) {
    String json = format(value);
    if (value == 0) {
      return json;
    }
    BigDecimal digits = new BigDecimal(json).stripTrailingZeros();
    int exponent = digits.precision() - digits.scale() - 1;
    if (exponent >= SMALLEST_PLAIN_EXPONENT && exponent < LARGEST_PLAIN_EXPONENT) {
      return digits.toPlainString();
    }
    String mantissa = digits.unscaledValue().abs().toString();
    return (value < 0 ? "-" : "")
        + mantissa.charAt(0)
        + (mantissa.length() > 1 ? "." + mantissa.substring(1) : "")
        + (exponent < 0 ? "e-" : "e+")
        + (Math.abs(exponent) < 10 ? "0" : "")
        + Math.abs(exponent);
  }

  /** Double.toString writes two digits even where one suffices: 4.9E-324 for 5e-324. */
  private static BigDecimal shortest(double value) {
    BigDecimal digits = new BigDecimal(Double.toString(value)).stripTrailingZeros();
    if (digits.precision() == 2) {
      BigDecimal one = digits.round(ONE_DIGIT);
      return one.doubleValue() == value ? one.stripTrailingZeros() : digits;
    }
    return digits;
  }
}
