package dev.rheo.schema.list;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.FieldError;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.api.status.Untyped;
import dev.rheo.codec.io.Meter;
import dev.rheo.schema.Structural;
import dev.rheo.schema.tree.GoValues;
import dev.rheo.schema.tree.Place;
import java.util.HashMap;
import java.util.Map;

/** Demands that the elements of sets and the keys of maps are distinct. */
public final class ListRules {
  /** What one element takes among those that were seen, without its text. */
  private static final int WEIGHT = 100;

  private final Place place = new Place();
  private final FieldErrors errors;

  private ListRules(FieldErrors errors) {
    this.errors = errors;
  }

  /** Checks all lists of an object. */
  public static void check(ObjectNode object, Structural schema, FieldErrors errors) {
    new ListRules(errors).members(object, schema);
  }

  private void members(ObjectNode object, Structural schema) {
    Structural additional = schema.additional().schema();
    for (Map.Entry<String, JsonNode> member : object.properties()) {
      if (errors.isFull()) {
        return;
      }
      if (!member.getValue().isContainerNode()) {
        continue;
      }
      if (additional != null) {
        place.key(member.getKey());
        value(member.getValue(), additional);
        place.leave();
      }
      Structural property = schema.properties().get(member.getKey());
      if (property != null) {
        place.field(member.getKey());
        value(member.getValue(), property);
        place.leave();
      }
    }
  }

  private void value(JsonNode value, Structural schema) {
    if (value instanceof ObjectNode object) {
      members(object, schema);
    } else if (value instanceof ArrayNode array) {
      if (schema.listType().equals("set")) {
        set(array);
      } else if (schema.listType().equals("map")) {
        map(array, schema);
      }
      if (schema.items() != null) {
        elements(array, schema.items());
      }
    }
  }

  private void elements(ArrayNode array, Structural items) {
    for (int i = 0; i < array.size() && !errors.isFull(); i++) {
      if (array.get(i).isContainerNode()) {
        place.index(i);
        value(array.get(i), items);
        place.leave();
      }
    }
  }

  private void set(ArrayNode array) {
    Seen seen = new Seen();
    for (int i = 0; i < array.size() && !errors.isFull(); i++) {
      if (seen.isSecond(identity(array.get(i)))) {
        duplicate(i, array.get(i));
      }
    }
  }

  private void map(ArrayNode array, Structural schema) {
    for (int i = 0; i < array.size(); i++) {
      JsonNode element = array.get(i);
      if (!element.isObject() && !element.isNull()) {
        errors.add(
            FieldError.invalid(
                place.text(i),
                new Untyped(element),
                "must be an object for an array of list-type map"));
        return;
      }
    }
    boolean single = schema.listMapKeys().size() == 1;
    Seen seen = new Seen();
    for (int i = 0; i < array.size() && !errors.isFull(); i++) {
      ObjectNode keys = JsonNodeFactory.instance.objectNode();
      for (String name : schema.listMapKeys()) {
        JsonNode value = array.get(i).get(name);
        if (value != null) {
          keys.set(name, value);
        }
      }
      // several keys are compared as JSON, in which 1 and 1.0 are one
      JsonNode only = single ? keys.get(schema.listMapKeys().getFirst()) : keys;
      if (seen.isSecond(only == null ? "" : identity(only))) {
        duplicate(i, keys);
      }
    }
  }

  private void duplicate(int index, JsonNode value) {
    errors.add(FieldError.duplicate(place.text(index), new Untyped(value)));
  }

  /** Objects and lists are compared as JSON, in which 1 and 1.0 are one; scalars are not. */
  private static String identity(JsonNode value) {
    return value.isContainerNode() ? GoValues.json(value) : GoValues.identity(value);
  }

  /** How often each value was seen. */
  private static final class Seen {
    private final Map<String, Integer> times = new HashMap<>();

    /** Counts a value. A third one is no fault of its own. */
    private boolean isSecond(String value) {
      Meter.charge(WEIGHT + (long) value.length());
      return times.merge(value, 1, Integer::sum) == 2;
    }
  }
}
