package dev.rheo.resource.rules.kind;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.schema.FieldType;
import dev.rheo.codec.schema.ObjectType;
import dev.rheo.codec.tree.Trees;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Compares values of a type as upstream's semantic equality compares them: an empty list, an empty
 * map and none are one, and so are a zero value and none, but a pointer to an empty structure is
 * not none, as {@link Trees#same} has it.
 *
 * <p>Types are those of the API. {@link GoValues#same} does the same by upstream's internal types,
 * which lack fields that the API has in another place, such as {@code hostNetwork}.
 */
public final class TypedTrees {
  private TypedTrees() {}

  public static boolean same(@Nullable JsonNode a, @Nullable JsonNode b, ObjectType type) {
    return within(a, b, type) && within(b, a, type);
  }

  /** Whether each member of one object is the same in the other. */
  private static boolean within(@Nullable JsonNode one, @Nullable JsonNode other, ObjectType type) {
    if (!(one instanceof ObjectNode object)) {
      return true;
    }
    for (Map.Entry<String, JsonNode> member : object.properties()) {
      FieldType field = type.field(member.getKey());
      JsonNode value = Trees.get(one, member.getKey());
      JsonNode there = Trees.get(other, member.getKey());
      if (field == null ? !Trees.same(value, there) : !same(value, there, field)) {
        return false;
      }
    }
    return true;
  }

  private static boolean same(@Nullable JsonNode a, @Nullable JsonNode b, FieldType field) {
    return switch (field.cardinality()) {
      case POINTER -> a == null || b == null ? a == null && b == null : sameValue(a, b, field);
      case LIST -> sameLists(a, b, field);
      case MAP -> sameMaps(a, b, field) && sameMaps(b, a, field);
      default -> sameValue(a, b, field);
    };
  }

  private static boolean sameLists(@Nullable JsonNode a, @Nullable JsonNode b, FieldType field) {
    int size = a instanceof ArrayNode ? a.size() : 0;
    if (size != (b instanceof ArrayNode ? b.size() : 0)) {
      return false;
    }
    for (int i = 0; i < size; i++) {
      if (a == null || b == null || !sameValue(a.get(i), b.get(i), field)) {
        return false;
      }
    }
    return true;
  }

  private static boolean sameMaps(
      @Nullable JsonNode one, @Nullable JsonNode other, FieldType field) {
    if (!(one instanceof ObjectNode map)) {
      return true;
    }
    for (Map.Entry<String, JsonNode> entry : map.properties()) {
      JsonNode there = other == null ? null : other.get(entry.getKey());
      if (there == null || !sameValue(entry.getValue(), there, field)) {
        return false;
      }
    }
    return true;
  }

  private static boolean sameValue(@Nullable JsonNode a, @Nullable JsonNode b, FieldType field) {
    if (field.kind() == FieldType.Kind.OBJECT && field.type() != null) {
      return same(a, b, field.requireType());
    }
    return Trees.isZero(a) || Trees.isZero(b)
        ? Trees.isZero(a) && Trees.isZero(b)
        : Objects.equals(a, b);
  }
}
