package dev.rheo.resource.rules.kind;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.type.FactTable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Structures as upstream's messages show them: with the names that fields have in Go, and with all
 * fields, set or not. {@code gotypes.txt} has the types for which there are such messages.
 */
public final class GoValues {
  private static final String METADATA = "metadata";
  private static final String SCHEMA = "apiextensions.JSONSchemaProps";

  /**
   * @param name in Go; {@link #METADATA} for the metadata, whose fields stand in its place
   * @param json in the API
   * @param shape as in the table
   */
  private record Member(String name, String json, String shape) {}

  /** Read with the first message that needs it. */
  private static final class Types {
    static final Map<String, List<Member>> MEMBERS = read();

    private static Map<String, List<Member>> read() {
      Map<String, List<Member>> types = new HashMap<>();
      List<List<Member>> current = new ArrayList<>();
      FactTable.read(
          GoValues.class,
          "gotypes.txt",
          column -> {
            switch (column[0]) {
              case "T" -> current.add(types.computeIfAbsent(column[1], any -> new ArrayList<>()));
              case "F" -> current.getLast().add(new Member(column[1], column[2], column[3]));
              case "I" -> current.getLast().add(new Member(METADATA, METADATA, ""));
              default -> throw new IllegalStateException(column[0]);
            }
          });
      return types;
    }
  }

  /**
   * Structures that are shown of one value: each is shown with all its fields, so a short list
   * could become a large tree; no message has room for as many.
   */
  private static final int MAX_STRUCTURES = 1000;

  private int left = MAX_STRUCTURES;

  private GoValues() {}

  /**
   * What upstream shows of a structure.
   *
   * @param type of the table: {@code resource.ResourceClaimSpec}
   */
  public static JsonNode of(String type, @Nullable JsonNode value) {
    return new GoValues().shown(type, value);
  }

  /**
   * Whether upstream holds two values for the same: a list or a map that is empty is one that is
   * absent, and a structure that is empty is not.
   *
   * @param shape as in the table, such as the name of a type
   */
  public static boolean same(String shape, @Nullable JsonNode a, @Nullable JsonNode b) {
    boolean absent = isAbsent(a);
    boolean otherAbsent = isAbsent(b);
    return switch (shape.charAt(0)) {
      case '~' -> absent == otherAbsent && Trees.same(a, b);
      case '=' -> (absent && otherAbsent) || Trees.same(orZero(shape, a), orZero(shape, b));
      case '*' -> absent == otherAbsent && (absent || same(shape.substring(1), a, b));
      case '[' -> sameLists(shape.substring(2), a, b);
      case '{' -> sameMaps(shape.substring(2), a, b);
      case '|' ->
          a instanceof ObjectNode && b instanceof ObjectNode
              ? same(SCHEMA, a, b)
              : Objects.equals(a, b);
      default -> {
        for (Member member : Objects.requireNonNull(Types.MEMBERS.get(shape), shape)) {
          JsonNode one = Trees.get(a, member.json());
          JsonNode other = Trees.get(b, member.json());
          if (member.name().equals(METADATA)
              ? !Trees.same(one, other)
              : !same(member.shape(), one, other)) {
            yield false;
          }
        }
        yield true;
      }
    };
  }

  private static boolean isAbsent(@Nullable JsonNode value) {
    return value == null || value.isNull();
  }

  private static boolean sameLists(String shape, @Nullable JsonNode a, @Nullable JsonNode b) {
    int size = a == null ? 0 : a.size();
    if (size != (b == null ? 0 : b.size())) {
      return false;
    }
    for (int i = 0; i < size; i++) {
      if (!same(shape, a == null ? null : a.get(i), b == null ? null : b.get(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean sameMaps(String shape, @Nullable JsonNode a, @Nullable JsonNode b) {
    if ((a == null ? 0 : a.size()) != (b == null ? 0 : b.size())) {
      return false;
    }
    if (a != null) {
      for (Map.Entry<String, JsonNode> entry : a.properties()) {
        JsonNode other = b == null ? null : b.get(entry.getKey());
        if (other == null || !same(shape, entry.getValue(), other)) {
          return false;
        }
      }
    }
    return true;
  }

  /** What upstream shows of a list of structures; null if there is none. */
  public static JsonNode ofList(String type, @Nullable JsonNode list) {
    return new GoValues().shown("[]" + type, list);
  }

  private JsonNode shown(String shape, @Nullable JsonNode value) {
    JsonNode given = value == null ? NullNode.instance : value;
    return switch (shape.charAt(0)) {
      case '=' -> orZero(shape, value);
      case '*' -> given.isNull() ? given : shown(shape.substring(1), given);
      case '[' ->
          given instanceof ArrayNode list ? list(shape.substring(2), list) : NullNode.instance;
      case '{' ->
          given instanceof ObjectNode map ? map(shape.substring(2), map) : NullNode.instance;
      case '~' -> sorted(given);
      case '|' -> union(shape.substring(1), given);
      default -> structure(shape, given);
    };
  }

  /** A schema, or what may stand in its place. */
  private ObjectNode union(String other, JsonNode value) {
    ObjectNode shown = JsonNodeFactory.instance.objectNode();
    boolean schema = value.isObject();
    if (other.equals("Allows")) {
      shown.put(other, schema || value.asBoolean());
    }
    shown.set("Schema", schema ? shown(SCHEMA, value) : NullNode.instance);
    if (other.equals("JSONSchemas")) {
      shown.set(other, shown("[]" + SCHEMA, value));
    } else if (other.equals("Property")) {
      shown.set(other, shown("[]=\"\"", value));
    }
    return shown;
  }

  private ArrayNode list(String shape, ArrayNode list) {
    ArrayNode shown = list.arrayNode(list.size());
    for (int i = 0; i < list.size() && left > 0; i++) {
      shown.add(shown(shape, list.get(i)));
    }
    return shown;
  }

  private ObjectNode map(String shape, ObjectNode map) {
    ObjectNode shown = map.objectNode();
    map.properties().stream()
        .sorted(Map.Entry.comparingByKey())
        .takeWhile(entry -> left > 0)
        .forEach(entry -> shown.set(entry.getKey(), shown(shape, entry.getValue())));
    return shown;
  }

  private ObjectNode structure(String type, JsonNode value) {
    left--;
    ObjectNode shown = JsonNodeFactory.instance.objectNode();
    for (Member member : Objects.requireNonNull(Types.MEMBERS.get(type), type)) {
      JsonNode field = value.get(member.json());
      if (member.name().equals(METADATA)) {
        if (field instanceof ObjectNode metadata) {
          shown.setAll(metadata);
        }
      } else {
        shown.set(member.name(), shown(member.shape(), field));
      }
    }
    return shown;
  }

  private static JsonNode orZero(String shape, @Nullable JsonNode value) {
    return value == null || value.isNull() ? zero(shape.substring(1)) : value;
  }

  /** A tree as Go writes it, with the members of objects by name. */
  private static JsonNode sorted(JsonNode value) {
    if (value instanceof ObjectNode object) {
      ObjectNode sorted = object.objectNode();
      object.properties().stream()
          .sorted(Map.Entry.comparingByKey())
          .forEach(member -> sorted.set(member.getKey(), sorted(member.getValue())));
      return sorted;
    }
    if (value instanceof ArrayNode list) {
      ArrayNode sorted = list.arrayNode(list.size());
      list.forEach(element -> sorted.add(sorted(element)));
      return sorted;
    }
    return value;
  }

  private static JsonNode zero(String text) {
    return switch (text) {
      case "null" -> NullNode.instance;
      case "false" -> BooleanNode.FALSE;
      case "0" -> IntNode.valueOf(0);
      case "{}" -> JsonNodeFactory.instance.objectNode();
      default -> TextNode.valueOf(text.substring(1, text.length() - 1));
    };
  }
}
