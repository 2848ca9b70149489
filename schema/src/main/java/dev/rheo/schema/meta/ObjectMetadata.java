package dev.rheo.schema.meta;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.io.MalformedException;
import dev.rheo.codec.json.Canonicalizer;
import dev.rheo.codec.schema.ObjectType;
import dev.rheo.codec.schema.TypeTable;
import dev.rheo.codec.tree.TreeCopies;
import dev.rheo.schema.tree.GoValues;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Decodes metadata, which has a type in every object. */
public final class ObjectMetadata {
  private static final ObjectType TYPE =
      Objects.requireNonNull(
          TypeTable.builtIn().byGoName("k8s.io/apimachinery/pkg/apis/meta/v1.ObjectMeta"));

  private ObjectMetadata() {}

  /**
   * Metadata as its type has it.
   *
   * @param metadata not changed
   * @param unknown takes the paths within the metadata of fields that it does not have; null to
   *     drop them silently
   * @throws MalformedException if a field is of a wrong type
   */
  public static ObjectNode decoded(JsonNode metadata, @Nullable List<String> unknown) {
    if (metadata.isNull()) {
      return JsonNodeFactory.instance.objectNode();
    }
    if (!(metadata instanceof ObjectNode object)) {
      throw new MalformedException(
          "json: cannot unmarshal " + jsonType(metadata) + " into Go value of type v1.ObjectMeta");
    }
    ObjectNode decoded = (ObjectNode) GoValues.reread(TreeCopies.of(object));
    Canonicalizer.normalize(decoded, TYPE);
    if (unknown != null) {
      unknown.addAll(Canonicalizer.unknownPaths(object, TYPE).stream().sorted().toList());
    }
    return Canonicalizer.complete(decoded, TYPE);
  }

  /**
   * Metadata as its type has it, without the fields that are of a wrong type.
   *
   * @param metadata not changed
   * @return null if it is no object
   */
  public static @Nullable ObjectNode repaired(JsonNode metadata) {
    try {
      return decoded(metadata, null);
    } catch (MalformedException e) {
      if (!(metadata instanceof ObjectNode object)) {
        return null;
      }
      ObjectNode repaired = JsonNodeFactory.instance.objectNode();
      for (Map.Entry<String, JsonNode> field : object.properties()) {
        ObjectNode alone = JsonNodeFactory.instance.objectNode();
        alone.set(field.getKey(), field.getValue());
        try {
          repaired.setAll(decoded(alone, null));
        } catch (MalformedException dropped) {
          continue;
        }
      }
      return repaired;
    }
  }

  private static String jsonType(JsonNode value) {
    return switch (value.getNodeType()) {
      case ARRAY -> "array";
      case BOOLEAN -> "bool";
      case NUMBER -> "number";
      default -> "string";
    };
  }
}
