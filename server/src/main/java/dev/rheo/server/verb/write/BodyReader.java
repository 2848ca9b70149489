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
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Decodes request bodies into objects of the expected type. */
final class BodyReader {
  private static final String DUPLICATE_OWNERS =
      ".metadata.ownerReferences contains duplicate entries; API server dedups owner references in"
          + " 1.20+, and may reject such requests as early as 1.24; please fix your requests;"
          + " duplicate UID(s) observed: ";

  /** Most unknown fields that are told, as in upstream. */
  static final int MAX_STRICT_ERRORS = 100;

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
            : decoded(body, path);
    ObjectNode object = decoded.tree();
    String sentKind = text(object, "kind", path, body);
    String sentVersion = text(object, "apiVersion", path, body);
    if (path.objectType().isOpen()) {
      CustomTypeMeta.require(path, object, body.bytes());
    } else if (!sentKind.isEmpty() && !sentKind.equals(kind)) {
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
    List<String> duplicates = decoded.duplicates();
    if (path.objectType().isOpen()
        && validation == FieldValidation.STRICT
        && !duplicates.isEmpty()) {
      // As upstream, which does not look for unknown fields then.
      throw notStrict(duplicates, path);
    }
    check(object, duplicates, path, validation, context);
    return object;
  }

  private static ObjectDecoder.Decoded decoded(RequestBody body, ObjectPath path) {
    try {
      return body.decoded(path.objectType());
    } catch (ApiException e) {
      String why = e.status().message();
      if (e.status().code() != 400 || why.startsWith(mismatch(path))) {
        throw e;
      }
      throw CustomTypeMeta.unrecognized(path, why, body.bytes());
    }
  }

  /** A field that names the type of an object. */
  private static String text(ObjectNode object, String field, ObjectPath path, RequestBody body) {
    JsonNode value = object.path(field);
    if (!value.isMissingNode() && !value.isNull() && !value.isTextual()) {
      throw CustomTypeMeta.unrecognized(
          path,
          "couldn't get version/kind; json parse error: json: cannot unmarshal "
              + value.getNodeType().name().toLowerCase(Locale.ROOT)
              + " into Go struct field ."
              + field
              + " of type string",
          body.bytes());
    }
    return value.asText("");
  }

  /**
   * Checks an object, such as a patched one, against the type of its path, and normalizes it.
   *
   * @param ignored what was ignored already of what was sent
   * @param context is told of fields that are ignored
   */
  static void check(
      ObjectNode object,
      List<String> ignored,
      ObjectPath path,
      FieldValidation validation,
      WriteContext context) {
    ObjectType type = path.objectType();
    CustomObjects custom = path.takesWhole() ? path.type().customObjects() : null;
    List<String> strict = new ArrayList<>(0);
    if (validation != FieldValidation.IGNORE) {
      strict.addAll(ignored);
      if (custom == null) {
        strict.addAll(Canonicalizer.unknownFields(object, type));
      }
    }
    if (custom != null) {
      try {
        prune(object, custom, validation == FieldValidation.IGNORE ? null : strict);
      } catch (MalformedException e) {
        throw ApiException.badRequest(mismatch(path) + e.detail());
      }
    }
    if (validation == FieldValidation.STRICT && !strict.isEmpty()) {
      throw notStrict(strict, path);
    }
    normalize(object, path);
    strict.forEach(context::warn);
  }

  private static ApiException notStrict(List<String> faults, ObjectPath path) {
    return ApiException.badRequest(
        mismatch(path) + "strict decoding error: " + String.join(", ", faults));
  }

  /**
   * Checks the types of an object that was made of others, and normalizes it: later steps compare
   * and change objects in their canonical form.
   */
  static void normalize(ObjectNode object, ObjectPath path) {
    Ownership.keepReset(object);
    try {
      Canonicalizer.normalize(object, path.objectType());
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
              if (unknown.size() < MAX_STRICT_ERRORS) {
                unknown.add("unknown field \"" + Excerpt.text(field) + "\"");
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
   * @param duplicates is told of fields that are there twice
   * @throws ApiException 400 if the body is malformed
   */
  static JsonNode tree(byte[] body, Consumer<String> duplicates) {
    try {
      return ObjectDecoder.decodeValue(body, ObjectDecoder.MAX_DEPTH, duplicates);
    } catch (MalformedException e) {
      throw ErrorMapping.of(e);
    }
  }
}
