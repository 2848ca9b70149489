package dev.rheo.server.request;

import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.Excerpt;
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

  private Durations() {}

  /**
   * @throws ApiException 400 if the text is not a duration; null and empty are accepted
   */
  static void requireValid(@Nullable String text) {
    if (text != null && !text.isEmpty() && !isValid(text)) {
      throw ApiException.badRequest(
          "invalid timeout specified in the request URL - time: invalid duration \""
              + Excerpt.text(text)
              + "\"");
    }
  }

  private static boolean isValid(String text) {
    int start = text.charAt(0) == '+' || text.charAt(0) == '-' ? 1 : 0;
    if (text.length() == start + 1 && text.charAt(start) == '0') {
      return true;
    }
    Matcher part = PART.matcher(text);
    int at = start;
    while (at < text.length() && part.region(at, text.length()).lookingAt()) {
      at = part.end();
    }
    return at > start && at == text.length();
  }
}
