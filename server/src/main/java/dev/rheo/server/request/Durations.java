package dev.rheo.server.request;

import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.Excerpt;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Durations in Go's notation, such as {@code 30s}, for the parameter {@code timeout}. */
final class Durations {

  /**
   * One number with its unit. A single pattern for all would need a stack as deep as the text is
   * long.
   */
  private static final Pattern PART =
      Pattern.compile("([0-9]+(\\.[0-9]*)?|\\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)");

  private static final Map<String, Long> UNITS =
      Map.of(
          "ns",
          1L,
          "us",
          1_000L,
          "µs",
          1_000L,
          "μs",
          1_000L,
          "ms",
          1_000_000L,
          "s",
          1_000_000_000L,
          "m",
          60_000_000_000L,
          "h",
          3_600_000_000_000L);

  private Durations() {}

  /**
   * @throws ApiException 400 if the text is not a duration; null and empty are accepted
   */
  static void requireValid(@Nullable String text) {
    Duration ignored = parse(text);
  }

  /**
   * The duration that a client grants; null if it grants any: it names none, or none that is
   * positive.
   *
   * @throws ApiException 400 if the text is not a duration; null and empty are accepted
   */
  static @Nullable Duration parse(@Nullable String text) {
    if (text == null || text.isEmpty()) {
      return null;
    }
    double nanos = nanos(text);
    if (Double.isNaN(nanos)) {
      throw ApiException.badRequest(
          "invalid timeout specified in the request URL - time: invalid duration \""
              + Excerpt.text(text)
              + "\"");
    }
    return nanos > 0 ? Duration.ofNanos((long) nanos) : null;
  }

  /** NaN if it is not a duration. */
  private static double nanos(String text) {
    int start = text.charAt(0) == '+' || text.charAt(0) == '-' ? 1 : 0;
    if (text.length() == start + 1 && text.charAt(start) == '0') {
      return 0;
    }
    Matcher part = PART.matcher(text);
    int at = start;
    double nanos = 0;
    while (at < text.length() && part.region(at, text.length()).lookingAt()) {
      at = part.end();
      nanos += Double.parseDouble(part.group(1)) * UNITS.getOrDefault(part.group(3), 1L);
    }
    boolean whole = at > start && at == text.length();
    return whole ? (text.charAt(0) == '-' ? -nanos : nanos) : Double.NaN;
  }
}
