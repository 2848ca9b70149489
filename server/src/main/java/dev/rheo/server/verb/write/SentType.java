package dev.rheo.server.verb.write;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.name.GroupVersionKind;
import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.Excerpt;
import dev.rheo.api.status.FieldError;
import dev.rheo.codec.tree.Trees;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * What an object says its type is. One of a built-in type may leave it out; a custom resource may
 * not, and is refused by another rule if it is not the path's.
 */
final class SentType {
  /** Bytes of a body that a refusal shows, as upstream. */
  private static final int SUMMARY = 30;

  private SentType() {}

  /** Whether an object sent to the path must say its type. */
  static boolean isRequired(ObjectPath path) {
    return path.takesWhole() && path.type().customObjects() != null;
  }

  /**
   * Checks a body.
   *
   * @throws ApiException 400 if it has no kind, or another version than the path
   */
  static void requireVersion(ObjectNode object, ObjectPath path, RequestBody body) {
    if (Trees.text(object, "kind").isEmpty()) {
      String shown =
          body.isNull() ? "null" : Excerpt.text(new String(body.bytes(), StandardCharsets.UTF_8));
      throw unrecognized("Object 'Kind' is missing in '" + shown + "'", path, body);
    }
    String version = Trees.text(object, "apiVersion");
    if (version.chars().filter(c -> c == '/').count() > 1) {
      throw unrecognized("unexpected GroupVersion string: " + Excerpt.text(version), path, body);
    }
    if (!version.equals(path.apiVersion())) {
      throw ApiException.badRequest(
          "the API version in the data ("
              + Excerpt.text(version)
              + ") does not match the expected API version ("
              + path.apiVersion()
              + ")");
    }
  }

  /**
   * Checks the type that an object was given against the path's.
   *
   * @throws ApiException 422 if it is another
   */
  static void requireSame(String apiVersion, String kind, String name, ObjectPath path) {
    FieldError error;
    if (!kind.equals(path.kind())) {
      error = FieldError.invalid("kind", kind, "must be " + path.kind());
    } else if (!apiVersion.equals(path.apiVersion())) {
      error = FieldError.invalid("apiVersion", apiVersion, "must be " + path.apiVersion());
    } else {
      return;
    }
    String group = GroupVersionKind.of(apiVersion, kind).group();
    throw ApiException.invalid(
        Excerpt.text(group), Excerpt.text(kind), Excerpt.text(name), List.of(error));
  }

  /** The refusal of a body whose type cannot be told. */
  static ApiException unrecognized(String why, ObjectPath path, RequestBody body) {
    return ApiException.badRequest(
        "the object provided is unrecognized (must be of type "
            + path.kind()
            + "): "
            + why
            + " ("
            + summary(body.bytes())
            + ")");
  }

  private static String summary(byte[] body) {
    if (body.length == 0) {
      return "<empty>";
    }
    byte[] beginning = Arrays.copyOf(body, Math.min(body.length, SUMMARY));
    String shown =
        body[0] == '{'
            ? new String(beginning, StandardCharsets.UTF_8)
            : HexFormat.of().formatHex(beginning);
    return body.length > SUMMARY ? shown + " ..." : shown;
  }
}
