package dev.rheo.encryption.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A value of the file with its path. A value of another type than expected is a {@link
 * MismatchException}, which does not show it.
 *
 * @param value null if it is absent
 */
record ConfigNode(String path, @Nullable JsonNode value) {
  /** A value has another type than expected. */
  static final class MismatchException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MismatchException(String message) {
      super(message);
    }
  }

  boolean isAbsent() {
    return value == null || value.isNull();
  }

  ConfigNode at(String name) {
    String inner = path.isEmpty() ? name : path + "." + name;
    if (value == null || value.isNull()) {
      return new ConfigNode(inner, null);
    }
    if (!(value instanceof ObjectNode object)) {
      throw mismatch("an object");
    }
    return new ConfigNode(inner, object.get(name));
  }

  List<ConfigNode> items() {
    List<ConfigNode> items = new ArrayList<>();
    if (value == null || value.isNull()) {
      return items;
    }
    if (!value.isArray()) {
      throw mismatch("a list");
    }
    for (JsonNode item : value) {
      items.add(new ConfigNode("%s[%d]".formatted(path, items.size()), item));
    }
    return items;
  }

  /** The text; empty if it is absent. */
  String text() {
    if (value == null || value.isNull()) {
      return "";
    }
    if (!value.isTextual()) {
      throw mismatch("a string");
    }
    return value.textValue();
  }

  /** The number; null if it is absent. */
  @Nullable Long number() {
    if (value == null || value.isNull()) {
      return null;
    }
    if (!value.canConvertToLong() || !value.isIntegralNumber()) {
      throw mismatch("an integer");
    }
    return value.longValue();
  }

  /** Adds the fields that are none of these. */
  void unknown(Set<String> known, List<String> into) {
    if (value == null || value.isNull()) {
      return;
    }
    if (!(value instanceof ObjectNode object)) {
      throw mismatch("an object");
    }
    object
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (!known.contains(name)) {
                into.add("unknown field \"%s\"".formatted(at(name).path));
              }
            });
  }

  private MismatchException mismatch(String expected) {
    return new MismatchException(
        "%s is not %s".formatted(path.isEmpty() ? "the configuration" : path, expected));
  }
}
