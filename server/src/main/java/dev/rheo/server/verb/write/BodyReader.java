package dev.rheo.server.verb.write;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.media.MediaType;
import dev.rheo.api.name.GroupVersionKind;
import dev.rheo.api.options.FieldValidation;
import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.Excerpt;
import dev.rheo.codec.io.MalformedException;
import dev.rheo.codec.json.Canonicalizer;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.codec.schema.ObjectType;
import dev.rheo.codec.yaml.YamlForms;
import java.util.ArrayList;
import java.util.List;

/** Decodes request bodies into objects of the expected type. */
final class BodyReader {
  private static final String DUPLICATE_OWNERS =
      ".metadata.ownerReferences contains duplicate entries; API server dedups owner references in"
          + " 1.20+, and may reject such requests as early as 1.24; please fix your requests;"
          + " duplicate UID(s) observed: ";

  private BodyReader() {}

  /**
   * A decoded object whose fields have the types of its schema.
   *
   * @param warnings unknown and duplicate fields, which were ignored
   */
  record DecodedObject(ObjectNode object, List<String> warnings) {}

  /**
   * @param path whose apiVersion and kind the body must have, or omit
   * @throws ApiException 400 if the body is malformed or of another type
   */
  static DecodedObject read(RequestBody body, ObjectPath path, FieldValidation validation) {
    DecodedObject read = decoded(body, path, validation);
    dedupOwners(read.object(), read.warnings());
    return read;
  }

  /** Removes owner references that repeat an earlier one, and warns of it. */
  static void dedupOwners(ObjectNode object, List<String> warnings) {
    List<String> duplicates = Meta.of(object).dedupOwners();
    if (!duplicates.isEmpty()) {
      warnings.add(DUPLICATE_OWNERS + String.join(", ", duplicates));
    }
  }

  private static DecodedObject decoded(
      RequestBody body, ObjectPath path, FieldValidation validation) {
    String apiVersion = path.apiVersion();
    String kind = path.kind();
    ObjectDecoder.Decoded decoded = decode(body);
    ObjectNode object = decoded.tree();
    String sentKind = object.path("kind").asText("");
    String sentVersion = object.path("apiVersion").asText("");
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
    if (!sentVersion.isEmpty() && !sentVersion.equals(apiVersion)) {
      throw ApiException.badRequest(
          "the API version in the data ("
              + Excerpt.text(sentVersion)
              + ") does not match the expected API version ("
              + apiVersion
              + ")");
    }
    object.put("kind", kind);
    object.put("apiVersion", apiVersion);
    return checked(object, decoded.duplicates(), path, validation);
  }

  /** Checks an object, such as a patched one, against the type of its path. */
  static DecodedObject checked(
      ObjectNode object, List<String> duplicates, ObjectPath path, FieldValidation validation) {
    ObjectType type = path.objectType();
    List<String> strict = new ArrayList<>(0);
    if (validation != FieldValidation.IGNORE) {
      strict.addAll(duplicates);
      strict.addAll(Canonicalizer.unknownFields(object, type));
    }
    if (validation == FieldValidation.STRICT && !strict.isEmpty()) {
      throw ApiException.badRequest(
          mismatch(path) + "strict decoding error: " + String.join(", ", strict));
    }
    Ownership.keepReset(object);
    // Later steps compare and change objects in their canonical form.
    try {
      Canonicalizer.normalize(object, type);
    } catch (MalformedException e) {
      throw ErrorMapping.of(e);
    }
    return new DecodedObject(object, strict);
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
   * Decodes an object in YAML or JSON.
   *
   * @throws ApiException 400 if the body is malformed
   */
  static ObjectDecoder.Decoded decode(RequestBody body) {
    try {
      return body.mediaType().equals(MediaType.YAML)
          ? YamlForms.toTree(body.bytes())
          : ObjectDecoder.decode(body.bytes(), ObjectDecoder.MAX_DEPTH);
    } catch (MalformedException e) {
      throw ErrorMapping.of(e);
    }
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
