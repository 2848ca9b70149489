package dev.rheo.client.wire;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A Status by which a server refuses a request or ends a watch.
 *
 * @param code the HTTP status
 * @param reason the machine-readable reason, empty if the server gave none
 * @param message what the server says
 * @param tooLarge whether the resource version that was asked for is not known to the server yet
 * @param retryAfter how long the server asks to wait; zero if it does not say
 */
public record Refusal(
    int code, String reason, String message, boolean tooLarge, Duration retryAfter) {
  /** The most seconds for which a server can ask to wait; more is a fault of somebody's. */
  public static final long LONGEST_WAIT = 3600;

  private static final int EXCERPT = 200;
  private static final String TOO_LARGE = "Too large resource version";

  /** Whether the version that was asked for is too old: the history up to it is gone. */
  public boolean expired() {
    return reason.equals("Expired") || reason.equals("Gone") || code == 410;
  }

  /**
   * Reads the body of a refusal or the object of an ERROR event. Whatever cannot be read is told by
   * the HTTP status.
   *
   * @param httpStatus the status of the answer; 200 for an event of a running watch
   */
  public static Refusal of(int httpStatus, byte[] body, int length) {
    int code = httpStatus;
    String reason = "";
    String message = "";
    boolean tooLarge = false;
    long seconds = 0;
    try {
      if (JsonText.parse(body, 0, length) instanceof Map<?, ?> status
          && "Status".equals(status.get("kind"))) {
        code = (int) number(status.get("code"), httpStatus);
        reason = status.get("reason") instanceof String text ? text : "";
        message = status.get("message") instanceof String text ? text : "";
        // Servers before 1.20 name no cause.
        tooLarge = reason.equals("Timeout") && message.contains(TOO_LARGE);
        if (status.get("details") instanceof Map<?, ?> details) {
          seconds = number(details.get("retryAfterSeconds"), 0);
          tooLarge |= reason.equals("Timeout") && hasCause(details, "ResourceVersionTooLarge");
        }
      }
    } catch (MalformedJsonException e) {
      message = "";
    }
    if (message.isEmpty()) {
      message = "the server answered " + code + excerpt(body, length);
    }
    return new Refusal(
        code,
        reason,
        message,
        tooLarge,
        Duration.ofSeconds(Math.min(Math.max(seconds, 0), LONGEST_WAIT)));
  }

  /** The beginning of an answer that is no Status, such as a proxy's, in one line. */
  private static String excerpt(byte[] body, int length) {
    String text =
        new String(body, 0, Math.min(length, EXCERPT), StandardCharsets.UTF_8)
            .replaceAll("\\p{Cntrl}+", " ")
            .strip();
    return text.isEmpty() ? "" : ": " + text;
  }

  private static boolean hasCause(Map<?, ?> details, String wanted) {
    if (details.get("causes") instanceof List<?> causes) {
      for (Object cause : causes) {
        if (cause instanceof Map<?, ?> map && wanted.equals(map.get("reason"))) {
          return true;
        }
      }
    }
    return false;
  }

  private static long number(@Nullable Object value, long otherwise) {
    if (value instanceof String text && text.matches("-?[0-9]{1,9}")) {
      return Long.parseLong(text);
    }
    return otherwise;
  }
}
