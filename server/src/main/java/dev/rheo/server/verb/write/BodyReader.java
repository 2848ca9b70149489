package dev.rheo.server.verb.write;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.name.GroupVersionKind;
import dev.rheo.api.options.FieldValidation;
import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.Excerpt;
import dev.rheo.codec.io.MalformedException;
import dev.rheo.codec.json.Canonicalizer;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.codec.schema.ObjectType;
import dev.rheo.resource.type.CustomObjects;
import dev.rheo.resource.type.WriteContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Decodes request bodies into objects of the expected type. */
final class BodyReader {
  private static final String DUPLICATE_OWNERS =
      ".metadata.ownerReferences contains duplicate entries; API server dedups owner references in"
          + " 1.20+, and may reject such requests as early as 1.24; please fix your requests;"
          + " duplicate UID(s) observed: ";

  /** Most unknown fields that are told, as in upstream. */
  private static final int MAX_STRICT_ERRORS = 100;

  private BodyReader() {}

  /**
   * Decodes an object, whose fields then have the types of its schema.
   *
   * @param path whose apiVersion and kind the body must have, or omit
   * @param context is told of unknown and duplicate fields, which are ignored
   * @throws ApiException 400 if the body is malformed or of another type
   */
  static ObjectNode read(
      RequestBody body, ObjectPath path, FieldValidation validation, WriteContext context) {
    ObjectNode object = decoded(body, path, validation, context);
    dedupOwners(object, context);
    return object;
  }

  /** Removes owner references that repeat an earlier one, and warns of it. */
  static void dedupOwners(ObjectNode object, WriteContext context) {
    List<String> duplicates = Meta.of(object).dedupOwners();
    if (!duplicates.isEmpty()) {
      context.warn(DUPLICATE_OWNERS + String.join(", ", duplicates));
    }
  }

  private static ObjectNode decoded(
      RequestBody body, ObjectPath path, FieldValidation validation, WriteContext context) {
    String apiVersion = path.apiVersion();
    String kind = path.kind();
    // As upstream, null is an object without fields.
    ObjectDecoder.Decoded decoded =
        body.isNull()
            ? new ObjectDecoder.Decoded(JsonNodeFactory.instance.objectNode(), List.of())
            : body.decoded(path.objectType());
    ObjectNode object = decoded.tree();
    String sentKind = text(object, "kind");
    String sentVersion = text(object, "apiVersion");
    if (!sentKind.isEmpty() && !sentKind.equals(kind)) {
      String shownKind = Excerpt.text(sentKind);
      String shownVersion = Excerpt.text(sentVersion);
      throw ApiException.badRequest(
          shownKind
              + " in version "
              + Excerpt.quoted(GroupVersionKind.of(sentVersion, sentKind).version())
              + " cannot be handled as a "
              + kind
              + ": converting ("
              + shownVersion
              + "."
              + shownKind
              + ") to ("
              + apiVersion
              + "."
              + kind
              + "): unknown conversion");
    }
    if (!sentVersion.isEmpty() && !path.takes(sentVersion)) {
      throw ApiException.badRequest(
          "the API version in the data ("
              + Excerpt.text(sentVersion)
              + ") does not match the expected API version ("
              + apiVersion
              + ")");
    }
    object.put("kind", kind);
    object.put("apiVersion", apiVersion);
    check(object, decoded.duplicates(), path, validation, context);
    return object;
  }

  /** A field that names the type of an object. */
  private static String text(ObjectNode object, String field) {
    JsonNode value = object.path(field);
    if (!value.isMissingNode() && !value.isNull() && !value.isTextual()) {
      throw ApiException.badRequest(
          "couldn't get version/kind; json parse error: json: cannot unmarshal "
              + value.getNodeType().name().toLowerCase(Locale.ROOT)
              + " into Go struct field ."
              + field
              + " of type string");
    }
    return value.asText("");
  }

  /**
   * Checks an object, such as a patched one, against the type of its path, and normalizes it.
   *
   * @param context is told of fields that are ignored
   */
  static void check(
      ObjectNode object,
      List<String> duplicates,
      ObjectPath path,
      FieldValidation validation,
      WriteContext context) {
    ObjectType type = path.objectType();
    CustomObjects custom = path.takesWhole() ? path.type().customObjects() : null;
    List<String> strict = new ArrayList<>(0);
    if (validation != FieldValidation.IGNORE) {
      strict.addAll(duplicates);
      strict.addAll(Canonicalizer.unknownFields(object, type));
    }
    if (custom != null) {
      try {
        prune(object, custom, validation == FieldValidation.IGNORE ? null : strict);
      } catch (MalformedException e) {
        throw ApiException.badRequest(mismatch(path) + e.getMessage());
      }
    }
    if (validation == FieldValidation.STRICT && !strict.isEmpty()) {
      throw ApiException.badRequest(
          mismatch(path) + "strict decoding error: " + String.join(", ", strict));
    }
    normalize(object, type);
    strict.forEach(context::warn);
  }

  /** Later steps compare and change objects in their canonical form. */
  static void normalize(ObjectNode object, ObjectType type) {
    Ownership.keepReset(object);
    try {
      Canonicalizer.normalize(object, type);
    } catch (MalformedException e) {
      throw ErrorMapping.of(e);
    }
  }

  /**
   * Removes what the schema of a custom resource does not have.
   *
   * @param unknown is told of it; null if nobody wants to know
   */
  private static void prune(
      ObjectNode object, CustomObjects custom, @Nullable List<String> unknown) {
    custom.prune(
        object,
        unknown == null
            ? null
            : field -> {
              String fault = "unknown field \"" + Excerpt.text(field) + "\"";
              // Those of the metadata are known already.
              if (unknown.size() < MAX_STRICT_ERRORS && !unknown.contains(fault)) {
                unknown.add(fault);
              }
            });
  }

  /** What the refusal of an object that is not of the type of its path begins with. */
  static String mismatch(ObjectPath path) {
    return path.kind()
        + " in version "
        + Excerpt.quoted(GroupVersionKind.of(path.apiVersion(), path.kind()).version())
        + " cannot be handled as a "
        + path.kind()
        + ": ";
  }

  /**
   * Decodes any JSON value, such as a patch.
   *
   * @throws ApiException 400 if the body is malformed
   */
  static JsonNode tree(byte[] body) {
    try {
      return ObjectDecoder.decodeValue(body, 0, body.length, ObjectDecoder.MAX_DEPTH);
    } catch (MalformedException e) {
      throw ErrorMapping.of(e);
    }
  }
}
