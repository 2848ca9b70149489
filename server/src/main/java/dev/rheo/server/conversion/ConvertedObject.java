package dev.rheo.server.conversion;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.name.GroupVersionKind;
import dev.rheo.api.status.Excerpt;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.codec.tree.TreeCopies;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.LabelRules;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Judges an object that a webhook converted, by the object that it was given. */
final class ConvertedObject {
  private static final String[] TAKEN = {"labels", "annotations"};

  private ConvertedObject() {}

  /** A webhook gave what it must not give. */
  static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean prefixed;

    RefusedException(boolean prefixed, String message) {
      super(message, null, false, false);
      this.prefixed = prefixed;
    }

    /** Whether the message follows the name of the webhook. */
    boolean isPrefixed() {
      return prefixed;
    }
  }

  /**
   * The converted object, with the metadata of the original but for labels and annotations.
   *
   * @param original not modified
   * @param answered modified
   */
  static ObjectNode judged(ObjectNode original, JsonNode answered, String apiVersion)
      throws RefusedException {
    ObjectNode converted = object(answered);
    GroupVersionKind kind =
        GroupVersionKind.of(Trees.text(converted, "apiVersion"), Trees.text(converted, "kind"));
    GroupVersionKind wanted = GroupVersionKind.of(apiVersion, Trees.text(original, "kind"));
    if (!kind.group().equals(wanted.group()) || !kind.version().equals(wanted.version())) {
      throw invalid(
          "invalid groupVersion (expected %s, received %s)"
              .formatted(apiVersion, shown(Trees.text(converted, "apiVersion"))));
    }
    if (!kind.kind().equals(wanted.kind())) {
      throw invalid(
          "invalid kind (expected %s, received %s)".formatted(wanted.kind(), shown(kind.kind())));
    }
    requireSame(original, converted, "name", "name");
    requireSame(original, converted, "namespace", "namespace");
    requireSame(original, converted, "uid", "UID");
    restoreMetadata(original, converted);
    return converted;
  }

  /** As upstream reads what it does not know the type of. */
  private static ObjectNode object(JsonNode answered) throws RefusedException {
    if (answered.isNull()) {
      throw new RefusedException(false, "unexpected end of JSON input");
    }
    if (!(answered instanceof ObjectNode converted)) {
      throw new RefusedException(
          false,
          "json: cannot unmarshal %s into Go value of type map[string]interface {}"
              .formatted(ConversionReview.jsonType(answered)));
    }
    if (Trees.text(converted, "kind").isEmpty()) {
      throw new RefusedException(
          false,
          "Object 'Kind' is missing in '" + ConversionReview.cut(converted.toString()) + "'");
    }
    return converted;
  }

  private static RefusedException invalid(String why) {
    return new RefusedException(true, " returned invalid object at index 0: " + why);
  }

  private static void requireSame(
      ObjectNode original, ObjectNode converted, String field, String shown)
      throws RefusedException {
    String expected = Trees.text(original, "metadata", field);
    String actual = Trees.text(converted, "metadata", field);
    if (!expected.equals(actual)) {
      throw new RefusedException(
          true,
          " returned invalid object: must have the same %s: %s != %s"
              .formatted(shown, expected, shown(actual)));
    }
  }

  private static String shown(String text) {
    return Excerpt.text(text);
  }

  private static void restoreMetadata(ObjectNode original, ObjectNode converted)
      throws RefusedException {
    JsonNode answered = converted.path("metadata");
    ObjectNode metadata =
        original.get("metadata") instanceof ObjectNode present
            ? TreeCopies.of(present)
            : JsonNodeFactory.instance.objectNode();
    for (String name : TAKEN) {
      JsonNode given = answered.get(name);
      if (given == null || given.isNull()) {
        metadata.remove(name);
        continue;
      }
      if (!(given instanceof ObjectNode map)) {
        throw metadataFault(
            "invalid metadata." + name + " of type " + goType(given) + " in converted object");
      }
      for (Map.Entry<String, JsonNode> entry : map.properties()) {
        if (!entry.getValue().isTextual()) {
          throw metadataFault(
              "metadata.%s[%s] must be a string, but is %s in converted object"
                  .formatted(name, shown(entry.getKey()), goType(entry.getValue())));
        }
      }
      if (!map.equals(metadata.get(name))) {
        check(name, map);
      }
      metadata.set(name, map);
    }
    converted.set("metadata", metadata);
  }

  private static void check(String name, ObjectNode map) throws RefusedException {
    FieldErrors errors = new FieldErrors();
    ObjectNode holder = JsonNodeFactory.instance.objectNode();
    boolean labels = name.equals("labels");
    // Upstream names the place of annotations so.
    String place = labels ? "labels" : "annotation";
    holder.putObject("metadata").set(place, map);
    Field field = Field.root(holder, errors).at("metadata", place);
    if (labels) {
      LabelRules.labels(field);
    } else {
      LabelRules.annotations(field);
    }
    if (!errors.isEmpty()) {
      throw metadataFault(errors.message());
    }
  }

  private static RefusedException metadataFault(String why) {
    return new RefusedException(true, " returned invalid metadata: " + why);
  }

  /** As Go names the type of a decoded value. */
  private static String goType(@Nullable JsonNode value) {
    if (value == null || value.isNull()) {
      return "<nil>";
    }
    return switch (value.getNodeType()) {
      case STRING -> "string";
      case BOOLEAN -> "bool";
      case NUMBER -> value.isIntegralNumber() ? "int64" : "float64";
      case ARRAY -> "[]interface {}";
      default -> "map[string]interface {}";
    };
  }
}
