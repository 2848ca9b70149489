package dev.rheo.server.request;

import dev.rheo.api.status.ApiException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Durations in the notation of Go, as the parameter {@code timeout} has them: {@code 30s}. */
final class Durations {

  private static final Pattern VALID =
      Pattern.compile("[+-]?(0|(([0-9]+(\\.[0-9]*)?|\\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+)");

  private Durations() {}

  /**
   * @throws ApiException 400 if it is not a duration; nothing is fine
   */
  static void requireValid(@Nullable String text) {
    if (text != null && !text.isEmpty() && !VALID.matcher(text).matches()) {
      throw ApiException.badRequest(
          "invalid timeout specified in the request URL - time: invalid duration \"%s\""
              .formatted(text));
    }
  }
}
