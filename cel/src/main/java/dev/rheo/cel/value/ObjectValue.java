package dev.rheo.cel.value;

import java.util.Map;

/**
 * An object that an expression built: {@code JSONPatch{op: "test"}}, {@code Object.spec{a: 1}}.
 *
 * @param type its name
 */
public record ObjectValue(String type, Map<String, Object> fields) {
  public ObjectValue {
    fields = Map.copyOf(fields);
  }
}
