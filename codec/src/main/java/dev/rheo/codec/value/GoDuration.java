package dev.rheo.cel.value;

import java.math.BigInteger;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Durations as Go writes them: {@code 1h30m}, {@code -1.5s}, {@code 0}. They fit into 64 bits of
 * nanoseconds, some 292 years.
 */
public final class GoDuration {
  private static final long SECOND = 1_000_000_000L;
  private static final BigInteger LIMIT = BigInteger.ONE.shiftLeft(63);

  private static final Map<String, Long> UNITS =
      Map.of(
          "ns", 1L,
          "us", 1_000L,
          "µs", 1_000L,
          "μs", 1_000L,
          "ms", 1_000_000L,
          "s", SECOND,
          "m", 60 * SECOND,
          "h", 3600 * SECOND);

  private GoDuration() {}

  /** The duration; null if the text is none, or does not fit. */
  public static @Nullable Duration parse(String text) {
    int at = 0;
    boolean negative = text.startsWith("-");
    if (negative || text.startsWith("+")) {
      at++;
    }
    if (text.substring(at).equals("0")) {
      return Duration.ZERO;
    }
    if (at == text.length()) {
      return null;
    }
    BigInteger total = BigInteger.ZERO;
    while (at < text.length()) {
      int digits = skipDigits(text, at);
      int end = digits;
      if (end < text.length() && text.charAt(end) == '.') {
        end = skipDigits(text, end + 1);
      }
      int fraction = Math.max(end - digits - 1, 0);
      if (digits == at && fraction == 0) {
        return null;
      }
      int unitEnd = end;
      while (unitEnd < text.length()
          && text.charAt(unitEnd) != '.'
          && !isDigit(text.charAt(unitEnd))) {
        unitEnd++;
      }
      Long unit = UNITS.get(text.substring(end, unitEnd));
      if (unit == null || end - at > 40) {
        return null; // no number of more digits matters
      }
      total =
          total.add(nanos(text.substring(at, digits), text.substring(end - fraction, end), unit));
      at = unitEnd;
    }
    if (total.compareTo(LIMIT) > 0 || (!negative && total.equals(LIMIT))) {
      return null;
    }
    return Duration.ofNanos((negative ? total.negate() : total).longValue());
  }

  private static BigInteger nanos(String whole, String fraction, long unit) {
    BigInteger scaled = new BigInteger("0" + whole + fraction).multiply(BigInteger.valueOf(unit));
    return scaled.divide(BigInteger.TEN.pow(fraction.length()));
  }

  private static int skipDigits(String text, int from) {
    int at = from;
    while (at < text.length() && isDigit(text.charAt(at))) {
      at++;
    }
    return at;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
