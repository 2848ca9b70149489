package dev.rheo.server.verb.write;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.options.FieldValidation;
import dev.rheo.api.options.WriteOptions;
import dev.rheo.api.status.ApiException;
import dev.rheo.codec.io.MalformedException;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.codec.yaml.YamlForms;
import java.util.List;

/**
 * A configuration that is applied: the fields of an object that its manager has an opinion on.
 *
 * @param tree as it was sent; not changed by an application
 * @param warnings duplicate fields, of which the last counts
 */
record Configuration(ObjectNode tree, List<String> warnings) {

  /**
   * @throws ApiException 400 if the body is malformed, or has duplicate fields and they are refused
   */
  static Configuration read(RequestBody body, WriteOptions options) {
    ObjectDecoder.Decoded decoded = decode(body.bytes());
    List<String> duplicates =
        options.fieldValidation() == FieldValidation.IGNORE ? List.of() : decoded.duplicates();
    if (options.fieldValidation() == FieldValidation.STRICT && !duplicates.isEmpty()) {
      throw ApiException.badRequest(
          "error strict decoding patch: " + String.join(", ", duplicates));
    }
    return new Configuration(decoded.tree(), duplicates);
  }

  private static ObjectDecoder.Decoded decode(byte[] body) {
    if (body.length == 0) {
      return new ObjectDecoder.Decoded(JsonNodeFactory.instance.objectNode(), List.of());
    }
    if (body[0] == '{') {
      try {
        return ObjectDecoder.decode(body, ObjectDecoder.MAX_DEPTH);
      } catch (MalformedException e) {
        // It may still be YAML.
      }
    }
    try {
      return YamlForms.toTree(body);
    } catch (MalformedException e) {
      throw ApiException.badRequest("error decoding YAML: " + e.getMessage());
    }
  }
}
