package dev.rheo.cel.value;

import dev.rheo.codec.value.Quantity;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;

/**
 * A quantity that is calculated with. Its number keeps the digits that it was written with: {@code
 * 1000m} is no integer, as upstream has it, since it is counted in thousandths.
 *
 * @param small whether upstream keeps it in 64 bits; what it keeps otherwise is no integer
 */
public record QuantityValue(BigDecimal number, boolean small) {
  private static final List<String> DECIMAL =
      List.of("n", "u", "m", "", "k", "M", "G", "T", "P", "E");
  private static final String BINARY = "KMGTPE";

  private static final int SMALL_DIGITS = 18;
  private static final int LONG_DIGITS = 19;

  /** Digits that may lie between two numbers that are added. */
  private static final int DIGITS_MAX = 1000;

  /**
   * Reads a quantity.
   *
   * @throws IllegalArgumentException in upstream's words
   */
  public static QuantityValue parse(String text) {
    if (!text.strip().equals(text)) {
      Quantity.canonical("x");
    }
    String ignored = Quantity.canonical(text);
    int end = 0;
    while (end < text.length() && "+-.0123456789".indexOf(text.charAt(end)) >= 0) {
      end++;
    }
    BigDecimal number = new BigDecimal(text.substring(0, end));
    String suffix = text.substring(end);
    boolean small = digits(text.substring(0, end)) <= SMALL_DIGITS;
    if (suffix.length() > 1 && "eE".indexOf(suffix.charAt(0)) >= 0) {
      return new QuantityValue(
          number.scaleByPowerOfTen(Integer.parseInt(suffix.substring(1))), small);
    }
    if (suffix.endsWith("i")) {
      int power = 10 * (BINARY.indexOf(suffix.charAt(0)) + 1);
      BigDecimal bytes = number.multiply(new BigDecimal(BigInteger.ONE.shiftLeft(power)));
      return new QuantityValue(bytes, small && number.scale() == 0 && fits(bytes));
    }
    int power = 3 * (DECIMAL.indexOf(suffix) - DECIMAL.indexOf(""));
    return new QuantityValue(number.scaleByPowerOfTen(power), small);
  }

  /** The digits, without zeros before them. */
  private static int digits(String number) {
    return number.replaceFirst("^[+-]?0*", "").replace(".", "").length();
  }

  public static QuantityValue of(long number) {
    return new QuantityValue(BigDecimal.valueOf(number), true);
  }

  public boolean isInteger() {
    return small && number.scale() <= 0 && fits(number);
  }

  /**
   * Whether it is an integer of 64 bits when it is counted in units of its last digit or of one.
   */
  private static boolean fits(BigDecimal number) {
    return (long) number.precision() - Math.min(number.scale(), 0) <= LONG_DIGITS
        && number.movePointRight(Math.max(number.scale(), 0)).toBigInteger().bitLength()
            < Long.SIZE;
  }

  /**
   * @throws IllegalArgumentException if it is none
   */
  public long toInteger() {
    if (!isInteger()) {
      throw new IllegalArgumentException("cannot convert value to integer");
    }
    return number.longValueExact();
  }

  public double toDouble() {
    return number.doubleValue();
  }

  public long sign() {
    return number.signum();
  }

  public int compareTo(QuantityValue other) {
    return number.compareTo(other.number);
  }

  /**
   * @throws IllegalArgumentException if the sum has too many digits
   */
  public QuantityValue plus(QuantityValue other) {
    if (Math.abs((long) number.scale() - other.number.scale()) > DIGITS_MAX) {
      throw new IllegalArgumentException("quantities have too many digits");
    }
    BigDecimal sum = number.add(other.number);
    return new QuantityValue(sum, small && other.small && fits(sum));
  }

  public QuantityValue negated() {
    return new QuantityValue(number.negate(), small);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof QuantityValue that && number.compareTo(that.number) == 0;
  }

  @Override
  public int hashCode() {
    return Double.hashCode(number.doubleValue());
  }
}
