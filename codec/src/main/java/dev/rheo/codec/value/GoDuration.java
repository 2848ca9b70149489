package dev.rheo.codec.value;

import dev.rheo.api.status.GoText;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Durations as Go's {@code time.ParseDuration} reads them: {@code 1h30m}, {@code -1.5s}, {@code 0}.
 * They fit into 64 bits of nanoseconds, some 292 years.
 */
public final class GoDuration {
  private static final long SECOND = 1_000_000_000L;

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

  /** What a sum may be at most, which is the magnitude of the smallest duration: unsigned. */
  private static final long MOST = Long.MIN_VALUE;

  private final String text;
  private int at;

  private GoDuration(String text) {
    this.text = text;
  }

  /** The duration; null if the text is none, or does not fit. */
  public static @Nullable Duration parse(String text) {
    try {
      return Duration.ofNanos(new GoDuration(text).nanos());
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** What is wrong with a duration, in Go's words; null if it is valid. */
  public static @Nullable String fault(String text) {
    try {
      long ignored = new GoDuration(text).nanos();
      return null;
    } catch (IllegalArgumentException e) {
      return e.getMessage();
    }
  }

  private long nanos() {
    boolean negative = text.startsWith("-");
    if (negative || text.startsWith("+")) {
      at++;
    }
    if (text.substring(at).equals("0")) {
      return 0;
    }
    if (at == text.length()) {
      throw invalid();
    }
    long sum = 0;
    while (at < text.length()) {
      sum = bounded(sum + part());
    }
    if (sum == MOST && !negative) {
      throw invalid();
    }
    return negative ? -sum : sum;
  }

  /** A number with its unit. */
  private long part() {
    int start = at;
    long whole = whole();
    boolean hasDigits = at > start;
    double fraction = 0;
    double scale = 1;
    if (at < text.length() && text.charAt(at) == '.') {
      at++;
      long digits = 0;
      boolean full = false;
      for (; at < text.length() && isDigit(text.charAt(at)); at++) {
        hasDigits = true;
        // Digits that do not fit make no difference.
        long more = digits * 10 + (text.charAt(at) - '0');
        full |= digits > Long.MAX_VALUE / 10 || more < 0;
        if (!full) {
          digits = more;
          scale *= 10;
        }
      }
      fraction = digits;
    }
    if (!hasDigits) {
      throw invalid();
    }
    long unit = unit();
    if (Long.compareUnsigned(whole, Long.divideUnsigned(MOST, unit)) > 0) {
      throw invalid();
    }
    return bounded(whole * unit + (long) (fraction * (unit / scale)));
  }

  private long whole() {
    long number = 0;
    for (; at < text.length() && isDigit(text.charAt(at)); at++) {
      if (Long.compareUnsigned(number, Long.divideUnsigned(MOST, 10)) > 0) {
        throw invalid();
      }
      number = bounded(number * 10 + (text.charAt(at) - '0'));
    }
    return number;
  }

  private long unit() {
    int start = at;
    while (at < text.length() && text.charAt(at) != '.' && !isDigit(text.charAt(at))) {
      at++;
    }
    String name = text.substring(start, at);
    if (name.isEmpty()) {
      throw new IllegalArgumentException("time: missing unit in duration " + GoText.quote(text));
    }
    Long unit = UNITS.get(name);
    if (unit == null) {
      throw new IllegalArgumentException(
          "time: unknown unit " + GoText.quote(name) + " in duration " + GoText.quote(text));
    }
    return unit;
  }

  private long bounded(long number) {
    if (Long.compareUnsigned(number, MOST) > 0) {
      throw invalid();
    }
    return number;
  }

  private IllegalArgumentException invalid() {
    return new IllegalArgumentException("time: invalid duration " + GoText.quote(text));
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
