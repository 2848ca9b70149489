package dev.rheo.merge.typed;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.api.status.Excerpt;
import dev.rheo.api.status.GoText;
import dev.rheo.merge.path.FieldPath;
import dev.rheo.merge.path.PathElement;
import dev.rheo.merge.path.PathElement.Member;
import dev.rheo.merge.path.Scalars;
import dev.rheo.merge.typed.MergeType.ListShape;
import dev.rheo.merge.typed.MergeType.MapShape;
import dev.rheo.merge.typed.MergeType.Scalar;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What walks through typed values share: the path, and the faults that were found. */
final class Walk {
  /** So many faults are told. */
  private static final int MAX_FAULTS = 16;

  /** How much of a wrong value a fault shows. */
  private static final int SHOWN = 256;

  /** From the root to where the walk is. */
  final List<PathElement> path = new ArrayList<>();

  private final List<String> faults = new ArrayList<>(0);

  void fault(String message) {
    if (faults.size() < MAX_FAULTS) {
      faults.add(path.isEmpty() ? message : new FieldPath(path) + ": " + message);
    }
  }

  boolean isFaultless() {
    return faults.isEmpty();
  }

  void finish() throws TypedException {
    if (!faults.isEmpty()) {
      throw new TypedException(faults);
    }
  }

  /** Goes to a member of a map, if its type has such a member; returns whether it has. */
  boolean member(String name, MapShape map, Consumer<MergeType> visit) {
    MergeType type = map.member(name);
    path.add(new PathElement.Field(name));
    if (type == null) {
      fault("field not declared in schema");
    } else {
      visit.accept(type);
    }
    path.removeLast();
    return type != null;
  }

  /** What to do with a member that one of two maps has, or both. */
  @FunctionalInterface
  interface MemberVisitor {
    void visit(String name, @Nullable JsonNode first, @Nullable JsonNode second, MergeType type);
  }

  /** Goes to the members of two maps: those of the first, then what only the second has. */
  void members(
      @Nullable JsonNode first, @Nullable JsonNode second, MapShape map, MemberVisitor visit) {
    if (first != null) {
      for (Map.Entry<String, JsonNode> entry : first.properties()) {
        String name = entry.getKey();
        JsonNode other = second == null ? null : second.get(name);
        member(name, map, type -> visit.visit(name, entry.getValue(), other, type));
      }
    }
    if (second != null) {
      for (Map.Entry<String, JsonNode> entry : second.properties()) {
        String name = entry.getKey();
        if (first == null || !first.has(name)) {
          member(name, map, type -> visit.visit(name, null, entry.getValue(), type));
        }
      }
    }
  }

  /** Tells what is wrong with two scalars, if both are wrong; returns whether they are. */
  boolean areBothFaulty(Scalar type, @Nullable JsonNode first, @Nullable JsonNode second) {
    String fault = scalarFault(type, first);
    String other = scalarFault(type, second);
    if (fault == null || other == null) {
      return false;
    }
    fault("lhs: " + fault);
    fault("rhs: " + other);
    return true;
  }

  static boolean isEmpty(@Nullable JsonNode node) {
    return node == null || node.isEmpty();
  }

  static @Nullable JsonNode object(@Nullable JsonNode node) {
    return node != null && node.isObject() ? node : null;
  }

  static @Nullable JsonNode array(@Nullable JsonNode node) {
    return node != null && node.isArray() ? node : null;
  }

  /** As Go's verb {@code %#v} writes a value. */
  static String shown(JsonNode value) {
    StringBuilder out = new StringBuilder();
    syntax(out, value);
    return cut(out.toString());
  }

  private static void syntax(StringBuilder out, JsonNode value) {
    if (out.length() > SHOWN) {
      return;
    }
    if (value.isObject()) {
      out.append("map[string]interface {}{");
      String separator = "";
      for (Map.Entry<String, JsonNode> entry : new TreeMap<>(members(value)).entrySet()) {
        out.append(separator).append(GoText.quote(cut(entry.getKey()))).append(':');
        syntax(out, entry.getValue());
        separator = ", ";
      }
      out.append('}');
    } else if (value.isArray()) {
      out.append("[]interface {}{");
      String separator = "";
      for (JsonNode element : value) {
        out.append(separator);
        syntax(out, element);
        separator = ", ";
      }
      out.append('}');
    } else {
      out.append(value.isNull() ? "interface {}(nil)" : Scalars.text(value));
    }
  }

  /** The members of an object, as many as are shown at most. */
  private static Map<String, JsonNode> members(JsonNode object) {
    Map<String, JsonNode> members = new HashMap<>();
    object.propertyStream().limit(SHOWN).forEach(m -> members.put(m.getKey(), m.getValue()));
    return members;
  }

  private static String cut(String text) {
    return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "...";
  }

  /** What is wrong with a scalar, or null. A null is a scalar of each type. */
  static @Nullable String scalarFault(Scalar type, @Nullable JsonNode value) {
    if (value == null || value.isNull()) {
      return null;
    }
    return switch (type) {
      case STRING ->
          value.isTextual()
              ? null
              : "expected string, got &value.valueUnstructured{Value:" + shown(value) + "}";
      case NUMERIC ->
          value.isNumber() ? null : "expected numeric (int or float), got " + goType(value);
      case BOOLEAN -> value.isBoolean() ? null : "expected boolean, got &{" + plain(value) + "}";
      case UNTYPED ->
          value.isContainerNode() ? "expected any scalar, got &{" + plain(value) + "}" : null;
    };
  }

  static String plain(JsonNode value) {
    return cut(Excerpt.goValue(value));
  }

  private static String goType(JsonNode value) {
    return switch (value.getNodeType()) {
      case STRING -> "string";
      case BOOLEAN -> "bool";
      case ARRAY -> "[]interface {}";
      default -> "map[string]interface {}";
    };
  }

  /** An element of a list that nothing identifies; the message says why. */
  static final class UnidentifiedException extends Exception {
    private static final long serialVersionUID = 1L;

    UnidentifiedException(String message) {
      super(message);
    }
  }

  /** How an element of an associative list is named in a path. */
  static PathElement identify(ListShape list, JsonNode element) throws UnidentifiedException {
    if (!list.associative()) {
      throw new UnidentifiedException("invalid indexing of non-associative list");
    }
    if (list.keys().isEmpty()) {
      if (element.isContainerNode() || element.isNull()) {
        throw new UnidentifiedException(
            element.isObject()
                ? "associative list without keys has an element that's a map type"
                : element.isArray()
                    ? "not supported: associative list with lists as elements"
                    : "associative list without keys has an element that's an explicit null");
      }
      return new PathElement.Value(element);
    }
    if (!element.isObject()) {
      throw new UnidentifiedException(
          element.isNull()
              ? "associative list with keys may not have a null element"
              : "associative list with keys may not have non-map elements");
    }
    List<Member> members = new ArrayList<>(list.keys().size());
    for (String key : list.keys()) {
      JsonNode value = element.get(key);
      if (value == null) {
        MapShape shape = list.element().map();
        value = shape == null ? null : shape.defaultOf(key);
      }
      if (value != null) {
        members.add(new Member(key, value));
      }
    }
    if (members.isEmpty()) {
      throw new UnidentifiedException(
          "associative list with keys has an element that omits all key fields ["
              + String.join(" ", list.keys().stream().map(key -> '"' + key + '"').toList())
              + "] (and doesn't have default values for any key fields)");
    }
    return new PathElement.Key(members);
  }
}
