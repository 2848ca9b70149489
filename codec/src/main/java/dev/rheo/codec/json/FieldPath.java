package dev.rheo.codec.json;

import dev.rheo.api.status.GoText;
import dev.rheo.codec.io.Truncated;
import java.util.ArrayList;
import java.util.List;

/** The path of a value in an object: {@code spec.containers[0].image}. */
final class FieldPath {
  /** A key of a map, as opposed to a field name. */
  record Key(String name) {}

  /** Field names as String, map keys as {@link Key}, list indices as Integer. */
  private final List<Object> steps = new ArrayList<>();

  void push(Object step) {
    steps.add(step);
  }

  void pop() {
    steps.removeLast();
  }

  /** The path in quotes, as upstream's strict decoding errors show it. */
  String quoted() {
    return GoText.quote(text());
  }

  /** The path as upstream's strict decoding errors have it. */
  String text() {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < steps.size() && out.length() <= Truncated.MAX_LENGTH; i++) {
      Object step = steps.get(i);
      if (step instanceof Integer) {
        out.append('[').append(step).append(']');
      } else {
        out.append(out.isEmpty() ? "" : ".");
        Truncated.append(out, step instanceof Key key ? key.name() : (String) step);
      }
    }
    return Truncated.of(out.toString());
  }

  /** The field names alone, as Go's encoding/json shows them. */
  String names() {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < steps.size() && out.length() <= Truncated.MAX_LENGTH; i++) {
      if (steps.get(i) instanceof String name) {
        out.append(out.isEmpty() ? "" : ".").append(name);
      }
    }
    return Truncated.of(out.toString());
  }
}
