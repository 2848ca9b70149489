package dev.rheo.resource.rules.workload;

import dev.rheo.api.status.GoText;
import java.math.BigDecimal;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Durations as Go writes them: {@code 1h30m}, {@code -1.5s}. */
final class GoDurations {
  /** Units in nanoseconds. */
  private static final Map<String, Long> UNITS =
      Map.of(
          "ns", 1L,
          "us", 1_000L,
          "µs", 1_000L,
          "μs", 1_000L,
          "ms", 1_000_000L,
          "s", 1_000_000_000L,
          "m", 60_000_000_000L,
          "h", 3_600_000_000_000L);

  private static final BigDecimal MAX = BigDecimal.valueOf(Long.MAX_VALUE);

  /** Digits of a number beyond which it is too large, or makes no difference after the point. */
  private static final int DIGITS = 30;

  private GoDurations() {}

  /** What is wrong with a duration, in Go's words; null if it is valid. */
  static @Nullable String fault(String text) {
    boolean negative = text.startsWith("-");
    int at = negative || text.startsWith("+") ? 1 : 0;
    if (text.substring(at).equals("0")) {
      return null;
    }
    if (at == text.length()) {
      return invalid(text);
    }
    BigDecimal sum = BigDecimal.ZERO;
    while (at < text.length()) {
      int start = at;
      at = digits(text, at);
      String whole = text.substring(start, at);
      String fraction = "";
      if (at < text.length() && text.charAt(at) == '.') {
        int point = at + 1;
        at = digits(text, point);
        fraction = text.substring(point, at);
      }
      if (whole.isEmpty() && fraction.isEmpty()) {
        return invalid(text);
      }
      int end = at;
      while (end < text.length() && text.charAt(end) != '.' && !isDigit(text.charAt(end))) {
        end++;
      }
      String unit = text.substring(at, end);
      at = end;
      if (unit.isEmpty()) {
        return "time: missing unit in duration " + GoText.quote(text);
      }
      Long size = UNITS.get(unit);
      if (size == null) {
        return "time: unknown unit " + GoText.quote(unit) + " in duration " + GoText.quote(text);
      }
      sum = sum.add(number(whole, fraction).multiply(BigDecimal.valueOf(size)));
      if (sum.compareTo(negative ? MAX.add(BigDecimal.ONE) : MAX) > 0) {
        return invalid(text);
      }
    }
    return null;
  }

  private static BigDecimal number(String whole, String fraction) {
    String significant = whole.replaceFirst("^0+", "");
    return significant.length() > DIGITS
        ? MAX
        : new BigDecimal(
            "0"
                + significant
                + "."
                + fraction.substring(0, Math.min(fraction.length(), DIGITS))
                + "0");
  }

  private static int digits(String text, int from) {
    int at = from;
    while (at < text.length() && isDigit(text.charAt(at))) {
      at++;
    }
    return at;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static String invalid(String text) {
    return "time: invalid duration " + GoText.quote(text);
  }
}
