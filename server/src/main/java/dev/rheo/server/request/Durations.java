package dev.rheo.server.request;

import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.Shown;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Durations in the notation of Go, as the parameter {@code timeout} has them: {@code 30s}. */
final class Durations {

  /** One of the parts; all of them in one expression would take a stack as deep as the text. */
  private static final Pattern PART =
      Pattern.compile("([0-9]+(\\.[0-9]*)?|\\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)");

  private Durations() {}

  /**
   * @throws ApiException 400 if it is not a duration; nothing is fine
   */
  static void requireValid(@Nullable String text) {
    if (text != null && !text.isEmpty() && !isValid(text)) {
      throw ApiException.badRequest(
          "invalid timeout specified in the request URL - time: invalid duration \""
              + Shown.text(text)
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
