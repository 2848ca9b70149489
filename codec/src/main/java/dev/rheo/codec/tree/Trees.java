package dev.rheo.codec.tree;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads and changes JSON trees. A JSON null counts as absent. */
public final class Trees {
  private Trees() {}

  /** The member, or null when it is absent or a JSON null. */
  public static @Nullable JsonNode get(@Nullable JsonNode node, String name) {
    JsonNode child = node == null ? null : node.get(name);
    return child == null || child.isNull() ? null : child;
  }

  /** The member along the path, or null. */
  public static @Nullable JsonNode at(@Nullable JsonNode node, String... path) {
    JsonNode at = node;
    for (String name : path) {
      at = get(at, name);
    }
    return at;
  }

  public static boolean has(ObjectNode node, String name) {
    return get(node, name) != null;
  }

  /** The object along the path, or null. */
  public static @Nullable ObjectNode object(@Nullable JsonNode node, String... path) {
    return at(node, path) instanceof ObjectNode object ? object : null;
  }

  /** The object of that name; created if there is none. */
  public static ObjectNode need(ObjectNode node, String name) {
    return node.get(name) instanceof ObjectNode object ? object : node.putObject(name);
  }

  /** The array of that name; created if there is none. */
  public static ArrayNode needArray(ObjectNode node, String name) {
    return node.get(name) instanceof ArrayNode array ? array : node.putArray(name);
  }

  /** The text of the member along the path, {@code ""} when there is none. */
  public static String text(@Nullable JsonNode node, String... path) {
    JsonNode at = at(node, path);
    return at == null ? "" : at.asText();
  }

  /** Sets a text member that is absent or empty. */
  public static void putText(ObjectNode node, String name, String value) {
    if (text(node, name).isEmpty()) {
      node.put(name, value);
    }
  }

  public static long number(@Nullable JsonNode node, String... path) {
    JsonNode at = at(node, path);
    return at == null ? 0 : at.asLong();
  }

  public static boolean flag(@Nullable JsonNode node, String... path) {
    JsonNode at = at(node, path);
    return at != null && at.asBoolean();
  }

  /** Whether the array or object along the path is absent or empty. */
  public static boolean isEmpty(@Nullable JsonNode node, String... path) {
    JsonNode at = at(node, path);
    return at == null || at.isEmpty();
  }

  /** The objects in the array along the path. */
  public static List<ObjectNode> objects(@Nullable JsonNode node, String... path) {
    if (!(at(node, path) instanceof ArrayNode array)) {
      return List.of();
    }
    List<ObjectNode> objects = new ArrayList<>(array.size());
    for (JsonNode element : array) {
      if (element instanceof ObjectNode object) {
        objects.add(object);
      }
    }
    return objects;
  }

  public static List<String> strings(@Nullable JsonNode node, String... path) {
    if (!(at(node, path) instanceof ArrayNode array)) {
      return List.of();
    }
    List<String> strings = new ArrayList<>(array.size());
    array.forEach(element -> strings.add(element.asText()));
    return strings;
  }

  /** The names of an object's members. */
  public static List<String> names(@Nullable ObjectNode object) {
    List<String> names = new ArrayList<>();
    if (object != null) {
      object.fieldNames().forEachRemaining(names::add);
    }
    return names;
  }

  public static void eachObject(@Nullable JsonNode node, String name, Consumer<ObjectNode> action) {
    objects(node, name).forEach(action);
  }

  /**
   * Whether two trees say the same: an empty object or array, a JSON null and nothing at all are
   * one.
   */
  public static boolean same(@Nullable JsonNode a, @Nullable JsonNode b) {
    if (isNothing(a) || isNothing(b)) {
      return isNothing(a) && isNothing(b);
    }
    if (a instanceof ObjectNode first && b instanceof ObjectNode second) {
      return within(first, second) && within(second, first);
    }
    if (a instanceof ArrayNode first && b instanceof ArrayNode second) {
      if (first.size() != second.size()) {
        return false;
      }
      for (int i = 0; i < first.size(); i++) {
        if (!same(first.get(i), second.get(i))) {
          return false;
        }
      }
      return true;
    }
    return Objects.equals(a, b);
  }

  /** Whether each member of one object is the same in the other. */
  private static boolean within(ObjectNode one, ObjectNode other) {
    for (Map.Entry<String, JsonNode> member : one.properties()) {
      if (!same(member.getValue(), other.get(member.getKey()))) {
        return false;
      }
    }
    return true;
  }

  /** Whether a value is what Go's zero value of its type is written as, or nothing. */
  public static boolean isZero(@Nullable JsonNode value) {
    return value == null
        || value.isNull()
        || switch (value.getNodeType()) {
          case STRING -> value.textValue().isEmpty();
          case NUMBER -> value.decimalValue().signum() == 0;
          case BOOLEAN -> !value.booleanValue();
          case ARRAY, OBJECT -> value.isEmpty();
          default -> false;
        };
  }

  private static boolean isNothing(@Nullable JsonNode node) {
    if (node == null || node.isNull()) {
      return true;
    }
    if (node instanceof ObjectNode object) {
      for (Map.Entry<String, JsonNode> member : object.properties()) {
        if (!isNothing(member.getValue())) {
          return false;
        }
      }
      return true;
    }
    return node.isArray() && node.isEmpty();
  }

  /**
   * A text that is the same for equal trees and differs for others: JSON with members sorted by
   * name. A map with such keys stays fast when hash codes collide, because strings are comparable
   * and trees are not.
   */
  public static String identity(JsonNode node) {
    if (!node.isContainerNode()) {
      return node.toString();
    }
    StringBuilder out = new StringBuilder();
    identity(node, out);
    return out.toString();
  }

  private static void identity(JsonNode node, StringBuilder out) {
    if (node.isObject()) {
      List<Map.Entry<String, JsonNode>> members = new ArrayList<>(node.properties());
      members.sort(Map.Entry.comparingByKey());
      out.append('{');
      for (Map.Entry<String, JsonNode> member : members) {
        // Members are unambiguous without a separator.
        out.append(TextNode.valueOf(member.getKey())).append(':');
        identity(member.getValue(), out);
      }
      out.append('}');
    } else if (node.isArray()) {
      out.append('[');
      for (JsonNode element : node) {
        identity(element, out);
        out.append(',');
      }
      out.append(']');
    } else {
      out.append(node);
    }
  }

  /** Copies a member from one tree to the other, or removes it there if the first has none. */
  public static void copy(ObjectNode from, ObjectNode to, String name) {
    JsonNode value = get(from, name);
    if (value == null) {
      to.remove(name);
    } else {
      to.set(name, TreeCopies.of(value));
    }
  }

  /** The object's {@code metadata}, which every stored object has; created if absent. */
  public static ObjectNode metadata(ObjectNode object) {
    return need(object, "metadata");
  }

  public static String name(ObjectNode object) {
    return text(object, "metadata", "name");
  }
}
