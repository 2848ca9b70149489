package dev.rheo.server.verb.write;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.name.GroupVersionKind;
import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.Excerpt;
import dev.rheo.api.status.FieldError;
import dev.rheo.codec.tree.Trees;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;

/** What a custom resource must say of its type: both names, unlike an object of a built-in type. */
final class CustomTypeMeta {
  /** How much of a body a refusal shows. */
  private static final int SHOWN = 30;

  private CustomTypeMeta() {}

  /**
   * @throws ApiException 400 without a kind or with another version, 422 with another kind
   */
  static void require(ObjectPath path, ObjectNode object, byte[] body) {
    if (Trees.text(object, "kind").isEmpty()) {
      throw unrecognized(path, missingKind(new String(body, StandardCharsets.UTF_8)), body);
    }
    String version = Trees.text(object, "apiVersion");
    if (version.indexOf('/') != version.lastIndexOf('/')) {
      throw unrecognized(path, "unexpected GroupVersion string: " + Excerpt.text(version), body);
    }
    if (!version.equals(path.apiVersion())) {
      throw ApiException.badRequest(
          "the API version in the data ("
              + Excerpt.text(version)
              + ") does not match the expected API version ("
              + path.apiVersion()
              + ")");
    }
    requireNames(path, object);
  }

  /**
   * @throws ApiException 422 with another kind or version
   */
  static void requireNames(ObjectPath path, ObjectNode object) {
    String kind = Trees.text(object, "kind");
    if (!kind.equals(path.kind())) {
      throw refusal(path, object, "kind", kind, path.kind());
    }
    String version = Trees.text(object, "apiVersion");
    if (!version.equals(path.apiVersion())) {
      throw refusal(path, object, "apiVersion", version, path.apiVersion());
    }
  }

  /** The refusal of a body whose type cannot be told. */
  static ApiException unrecognized(ObjectPath path, String why, byte[] body) {
    return ApiException.badRequest(
        "the object provided is unrecognized (must be of type "
            + path.kind()
            + "): "
            + why
            + " ("
            + summary(body)
            + ")");
  }

  private static ApiException refusal(
      ObjectPath path, ObjectNode object, String field, String sent, String wanted) {
    String group = GroupVersionKind.of(Trees.text(object, "apiVersion"), path.kind()).group();
    return ApiException.invalid(
        Excerpt.text(group),
        Excerpt.text(Trees.text(object, "kind")),
        Excerpt.text(Trees.name(object)),
        List.of(FieldError.invalid(field, sent, "must be " + wanted)));
  }

  static String missingKind(String object) {
    return "Object 'Kind' is missing in '" + Excerpt.text(object) + "'";
  }

  private static String summary(byte[] body) {
    if (body.length == 0) {
      return "<empty>";
    }
    int shown = Math.min(SHOWN, body.length);
    String more = body.length > shown ? " ..." : "";
    return (body[0] == '{'
            ? new String(body, 0, shown, StandardCharsets.UTF_8)
            : HexFormat.of().formatHex(body, 0, shown))
        + more;
  }
}
