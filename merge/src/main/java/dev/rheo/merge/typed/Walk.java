package dev.rheo.merge.typed;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.merge.path.FieldPath;
import dev.rheo.merge.path.PathElement;
import dev.rheo.merge.path.PathElement.Member;
import dev.rheo.merge.path.Scalars;
import dev.rheo.merge.typed.MergeType.ListShape;
import dev.rheo.merge.typed.MergeType.Scalar;
import java.util.ArrayList;
import java.util.List;
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

  static String shown(JsonNode value) {
    String text = Scalars.text(value);
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
    return value.isTextual() ? shown(value).replace("\"", "") : shown(value);
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
        MergeType.MapShape shape = list.element().map();
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
