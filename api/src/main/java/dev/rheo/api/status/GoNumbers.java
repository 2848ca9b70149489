package dev.rheo.api.status;

import java.math.BigDecimal;
import java.math.MathContext;

/** Formats floating-point numbers as Go does: the shortest digits that read back as the number. */
public final class GoNumbers {
  private static final double SMALLEST_PLAIN = 1e-6;
  private static final double LARGEST_PLAIN = 1e21;

  /** From this exponent on, the verb {@code %v} writes one. */
  private static final int GENERAL_EXPONENT = 6;

  /** Down to this exponent, the verb {@code %v} writes none. */
  private static final int GENERAL_SMALL = -4;

  private static final MathContext ONE_DIGIT = new MathContext(1);

  private GoNumbers() {}

  /**
   * As encoding/json: with an exponent only below 1e-6 and from 1e21 on.
   *
   * @throws IllegalArgumentException if the value is infinite or NaN
   */
  public static String json(double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException("json: unsupported value: " + value);
    }
    if (value == 0) {
      return zero(value);
    }
    double magnitude = Math.abs(value);
    BigDecimal digits = shortest(value);
    if (magnitude >= SMALLEST_PLAIN && magnitude < LARGEST_PLAIN) {
      return digits.toPlainString();
    }
    int exponent = exponent(digits);
    // Go pads exponents to two digits, then removes the zero from negative ones.
    return scientific(digits, exponent, exponent > 0);
  }

  /** As the verb {@code %v}: with an exponent below 1e-4 and from 1e6 on. */
  public static String general(double value) {
    if (!Double.isFinite(value)) {
      return Double.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
    }
    if (value == 0) {
      return zero(value);
    }
    BigDecimal digits = shortest(value);
    int exponent = exponent(digits);
    return exponent >= GENERAL_SMALL && exponent < GENERAL_EXPONENT
        ? digits.toPlainString()
        : scientific(digits, exponent, true);
  }

  private static String zero(double value) {
    return 1 / value < 0 ? "-0" : "0";
  }

  private static int exponent(BigDecimal digits) {
    return digits.precision() - 1 - digits.scale();
  }

  private static String scientific(BigDecimal digits, int exponent, boolean padded) {
    String mantissa = digits.unscaledValue().abs().toString();
    StringBuilder out =
        new StringBuilder(digits.signum() < 0 ? "-" : "").append(mantissa.charAt(0));
    if (mantissa.length() > 1) {
      out.append('.').append(mantissa, 1, mantissa.length());
    }
    out.append('e').append(exponent < 0 ? '-' : '+');
    if (padded && Math.abs(exponent) < 10) {
      out.append('0');
    }
    return out.append(Math.abs(exponent)).toString();
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
