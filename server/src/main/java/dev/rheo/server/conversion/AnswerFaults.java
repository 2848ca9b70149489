package dev.rheo.server.conversion;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.io.MalformedException;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.codec.tree.Trees;
import dev.rheo.server.outbound.CallException;
import dev.rheo.server.webhook.Answer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What upstream's client says of an answer that tells a failure by its status code.
 *
 * <p>Source: {@code rest/request.go} of k8s.io/client-go and {@code pkg/api/errors} of
 * k8s.io/apimachinery.
 */
final class AnswerFaults {
  /** Most bytes of a text that are shown. */
  private static final int MAX_TEXT = 2048;

  private AnswerFaults() {}

  static String of(Answer answer) {
    String status = status(answer.body());
    if (status != null) {
      return status;
    }
    String type = answer.contentType();
    String said = type == null || type.startsWith("text/") ? text(answer.body()) : "unknown";
    return switch (answer.status()) {
      case 400 -> "the server rejected our request for an unknown reason";
      case 401 -> "the server has asked for the client to provide credentials";
      case 403, 415 -> said;
      case 404 -> "the server could not find the requested resource";
      case 405 -> "the server does not allow this method on the requested resource";
      case 406 ->
          said.isEmpty() || said.equals("unknown")
              ? "the server was unable to respond with a content type that the client supports"
              : said;
      case 409 -> "the server reported a conflict";
      case 422 -> "the server rejected our request due to an error in our request";
      case 429 -> "the server has received too many requests and has asked us to try again later";
      case 503 -> "the server is currently unable to handle the request";
      case 504 ->
          "the server was unable to return a response in the time allotted, but may still be"
              + " processing the request";
      default ->
          answer.status() >= 500
              ? "an error on the server (%s) has prevented the request from succeeding"
                  .formatted(quoted(said))
              : "the server responded with the status code %d but did not return more information"
                  .formatted(answer.status());
    };
  }

  /** The message of a Status that says more than the code; null if the body is none. */
  private static @Nullable String status(byte[] body) {
    if (body.length == 0 || body[0] != '{') {
      return null;
    }
    try {
      ObjectNode tree = ObjectDecoder.decode(body, ObjectDecoder.MAX_DEPTH).tree();
      String version = Trees.text(tree, "apiVersion");
      String kind = Trees.text(tree, "kind");
      boolean isStatus = version.equals("v1") && kind.equals("Status");
      return isStatus && !Trees.text(tree, "status").equals("Success")
          ? ConversionReview.cut(Trees.text(tree, "message"))
          : null;
    } catch (MalformedException e) {
      return null;
    }
  }

  private static String text(byte[] body) {
    return new String(body, 0, Math.min(body.length, MAX_TEXT), StandardCharsets.UTF_8).strip();
  }

  private static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (char c : text.toCharArray()) {
      switch (c) {
        case '"', '\\' -> quoted.append('\\').append(c);
        case '\n' -> quoted.append("\\n");
        case '\r' -> quoted.append("\\r");
        case '\t' -> quoted.append("\\t");
        default -> {
          if (c < ' ' || c == 0x7f) {
            quoted.append("\\x%02x".formatted((int) c));
          } else {
            quoted.append(c);
          }
        }
      }
    }
    return quoted.append('"').toString();
  }

  /**
   * @throws CallException if a media type cannot be read
   */
  static void checkType(@Nullable String contentType) throws CallException {
    if (contentType == null || contentType.isBlank()) {
      return;
    }
    int end = contentType.indexOf(';');
    String media = (end < 0 ? contentType : contentType.substring(0, end)).strip();
    String token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
    if (!media.matches(token + "(/" + token + ")?")) {
      String fault =
          media.isEmpty()
              ? "mime: no media type"
              : media.matches(token + "/" + token + ".*")
                  ? "mime: unexpected content after media subtype"
                  : media.matches(token + "/.*")
                      ? "mime: expected token after slash"
                      : media.matches(token + ".*")
                          ? "mime: expected slash after first token"
                          : "mime: no media type";
      throw new CallException("Internal error occurred: " + fault);
    }
  }
}
