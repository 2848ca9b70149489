package dev.rheo.codec.value;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;

/**
 * The canonical spelling of a quantity: {@code 1000m} is {@code 1}, {@code 1024Mi} is {@code 1Gi},
 * {@code 0.5} is {@code 500m}. As k8s.io/apimachinery/pkg/api/resource parses and prints:
 *
 * <ul>
 *   <li>a text that is already canonical is kept, leading zeros and plus sign included;
 *   <li>the mantissa has no factor of 1000 (or 1024) and no fraction, the suffix family is kept;
 *   <li>fractions of a nano unit are rounded up, away from zero;
 *   <li>binary quantities are capped at 2<sup>63</sup>-1; below 1024 or with a fraction they are
 *       written as decimal ones.
 * </ul>
 *
 * One deviation: beyond {@code E} upstream prints the mantissa without a suffix, which changes the
 * value; this class writes an exponent ({@code 1000E} is {@code 1e21}).
 */
public final class Quantity {
  /** Longest text that is accepted, in characters. No real quantity comes near it. */
  private static final int MAX_LENGTH = 1000;

  /** Digits that always fit into 64 bits. */
  private static final int LONG_DIGITS = 18;

  private static final int NANO = -9;
  private static final int MILLI = -3;
  private static final int MAX_EXPONENT = 1_000_000_000;
  private static final BigDecimal MAX_BINARY = BigDecimal.valueOf(Long.MAX_VALUE);
  private static final BigDecimal KIBI = BigDecimal.valueOf(1024);
  private static final BigInteger KIBI_INTEGER = BigInteger.valueOf(1024);
  private static final String SUFFIX_CHARS = "eEinumkKMGTP";
  private static final String[] DECIMAL_SUFFIXES = {
    "n", "u", "m", "", "k", "M", "G", "T", "P", "E"
  };
  private static final String[] BINARY_SUFFIXES = {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};

  private static final String FORMAT_MESSAGE =
      "quantities must match the regular expression"
          + " '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
  private static final String SUFFIX_MESSAGE = "unable to parse quantity's suffix";
  private static final String NUMERIC_MESSAGE = "unable to parse numeric part of quantity";

  private enum Format {
    DECIMAL,
    BINARY,
    EXPONENT
  }

  private Quantity() {}

  /**
   * The canonical spelling.
   *
   * @param text may have white space around it, which is ignored
   * @throws IllegalArgumentException in upstream's words, if the text is not a quantity
   */
  public static String canonical(String text) {
    String s = text.strip();
    if (s.isEmpty() || s.length() > MAX_LENGTH) {
      throw new IllegalArgumentException(FORMAT_MESSAGE);
    }
    if (s.equals("0")) {
      return s;
    }
    return new Parser(s).canonical();
  }

  /**
   * A canonical quantity in whole thousandths, rounded away from zero: {@code 100u} is {@code 1m}.
   *
   * @param canonical as {@link #canonical} writes it
   */
  public static String inThousandths(String canonical) {
    int length = canonical.length();
    int e = canonical.indexOf('e');
    char last = length == 0 ? ' ' : canonical.charAt(length - 1);
    int power =
        last == 'n'
            ? NANO
            : last == 'u' ? -6 : e < 0 ? 0 : Integer.parseInt(canonical, e + 1, length, 10);
    if (power >= MILLI) {
      return canonical;
    }
    String mantissa = canonical.substring(0, e < 0 ? length - 1 : e);
    BigDecimal thousandths =
        new BigDecimal(mantissa).scaleByPowerOfTen(power - MILLI).setScale(0, RoundingMode.UP);
    return canonical(thousandths.toBigInteger() + (e < 0 ? "m" : "e-3"));
  }

  /** The parts of a quantity: {@code -012.50Ki} is sign -, whole 12, fraction 50, suffix Ki. */
  private static final class Parser {
    private final String text;
    private final boolean negative;
    private final String whole;
    private final String fraction;

    private int exponent;
    private Format format = Format.DECIMAL;

    Parser(String text) {
      this.text = text;
      negative = text.charAt(0) == '-';
      int at = negative || text.charAt(0) == '+' ? 1 : 0;
      while (at < text.length() && text.charAt(at) == '0') {
        at++;
      }
      int from = at;
      at = digits(at);
      whole = from == at ? "0" : text.substring(from, at);
      if (at < text.length() && text.charAt(at) == '.') {
        int point = at;
        at = digits(at + 1);
        fraction = text.substring(point + 1, at);
      } else {
        fraction = "";
      }
      suffix(at);
    }

    private int digits(int from) {
      int at = from;
      while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
        at++;
      }
      return at;
    }

    private void suffix(int from) {
      int at = from;
      while (at < text.length() && SUFFIX_CHARS.indexOf(text.charAt(at)) >= 0) {
        at++;
      }
      if (at < text.length() && (text.charAt(at) == '-' || text.charAt(at) == '+')) {
        at++;
      }
      if (digits(at) != text.length()) {
        throw new IllegalArgumentException(FORMAT_MESSAGE);
      }
      interpret(text.substring(from));
    }

    private void interpret(String suffix) {
      for (int i = 0; i < DECIMAL_SUFFIXES.length; i++) {
        if (suffix.equals(DECIMAL_SUFFIXES[i])) {
          exponent = NANO + 3 * i;
          return;
        }
      }
      for (int i = 1; i < BINARY_SUFFIXES.length; i++) {
        if (suffix.equals(BINARY_SUFFIXES[i])) {
          exponent = 10 * i;
          format = Format.BINARY;
          return;
        }
      }
      if (suffix.charAt(0) != 'e' && suffix.charAt(0) != 'E') {
        throw new IllegalArgumentException(SUFFIX_MESSAGE);
      }
      format = Format.EXPONENT;
      try {
        exponent = Integer.parseInt(suffix, 1, suffix.length(), 10);
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(SUFFIX_MESSAGE, e);
      }
      if (Math.abs((long) exponent) > MAX_EXPONENT) {
        throw new IllegalArgumentException(NUMERIC_MESSAGE);
      }
    }

    String canonical() {
      String digits = whole + fraction;
      int scale = (format == Format.BINARY ? 0 : exponent) - fraction.length();
      if (isShort() && scale >= NANO) {
        long value = Long.parseLong(digits);
        if (isCanonical(digits, value, scale)) {
          return text;
        }
      }
      return print(amount(digits));
    }

    /** Whether upstream parses the number into 64 bits; only then does it keep the text. */
    private boolean isShort() {
      if (format == Format.BINARY) {
        return fraction.isEmpty()
            && 15 - whole.length() - exponent * 3 / 10 - 1 >= 0
            && Math.multiplyHigh(Long.parseLong(whole), 1L << exponent) == 0
            && Long.parseLong(whole) << exponent >= 0;
      }
      return whole.length() + fraction.length() <= LONG_DIGITS;
    }

    private boolean isCanonical(String digits, long value, int scale) {
      return format == Format.BINARY
          ? (value & 7) != 0
          : scale % 3 == 0 && !digits.endsWith("000") && digits.charAt(0) != '0';
    }

    /** The value: an unsigned multiple of a nano unit. */
    private BigDecimal amount(String digits) {
      BigDecimal amount;
      try {
        amount = new BigDecimal(new BigInteger(digits), fraction.length());
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(NUMERIC_MESSAGE, e);
      }
      if (amount.signum() == 0) {
        return BigDecimal.ZERO;
      }
      amount =
          format == Format.BINARY
              ? amount.multiply(new BigDecimal(BigInteger.ONE.shiftLeft(exponent)))
              : amount.scaleByPowerOfTen(exponent);
      if ((long) amount.precision() - amount.scale() < NANO) {
        amount = BigDecimal.ONE.movePointLeft(-NANO); // no rounding, because the scale may be huge
      } else if (amount.scale() > -NANO) {
        amount = amount.setScale(-NANO, RoundingMode.UP);
      }
      if (format == Format.BINARY && amount.compareTo(MAX_BINARY) > 0) {
        amount = MAX_BINARY;
      }
      return amount;
    }

    private String print(BigDecimal amount) {
      if (amount.signum() == 0) {
        return "0";
      }
      String sign = negative ? "-" : "";
      if (format == Format.BINARY && amount.compareTo(KIBI) >= 0) {
        BigDecimal whole = amount.stripTrailingZeros();
        if (whole.scale() <= 0) {
          return sign + binary(whole.toBigIntegerExact());
        }
      }
      BigDecimal reduced = amount.stripTrailingZeros();
      int power = -reduced.scale();
      int shift = Math.floorMod(power, 3);
      BigInteger mantissa = reduced.unscaledValue().multiply(BigInteger.TEN.pow(shift));
      return sign + mantissa + decimalSuffix(power - shift);
    }

    private static String binary(BigInteger amount) {
      BigInteger mantissa = amount;
      int kibis = 0;
      for (BigInteger[] parts = mantissa.divideAndRemainder(KIBI_INTEGER);
          parts[1].signum() == 0;
          parts = mantissa.divideAndRemainder(KIBI_INTEGER)) {
        mantissa = parts[0];
        kibis++;
      }
      return mantissa + BINARY_SUFFIXES[kibis];
    }

    private String decimalSuffix(int power) {
      int index = (power - NANO) / 3;
      if (format != Format.EXPONENT && index < DECIMAL_SUFFIXES.length) {
        return DECIMAL_SUFFIXES[index];
      }
      return power == 0 ? "" : "e" + power;
    }
  }
}
