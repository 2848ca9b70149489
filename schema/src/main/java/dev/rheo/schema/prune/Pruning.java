package dev.rheo.schema.prune;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.schema.Structural;
import dev.rheo.schema.tree.Place;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Removes the fields that a schema does not have. */
public final class Pruning {
  /** What every object has. */
  private static final Set<String> OF_OBJECTS = Set.of("apiVersion", "kind", "metadata");

  /** As many paths as a client is told of, and some more, because they are sorted first. */
  private static final int MAX_PATHS = 10_000;

  private final Place place = new Place();
  private final @Nullable List<String> unknown;

  private Pruning(boolean tell) {
    unknown = tell ? new ArrayList<>() : null;
  }

  /**
   * Prunes a custom resource in place. Its type and metadata are kept as they are.
   *
   * @param tell whether the paths of the fields are returned
   * @return the paths of what was removed, sorted: {@code spec.list[0].foo}
   */
  public static List<String> prune(ObjectNode object, Structural schema, boolean tell) {
    Pruning pruning = new Pruning(tell);
    if (schema.preserveUnknown()) {
      pruning.keepMembers(object, schema, true);
    } else {
      pruning.members(object, schema, true);
    }
    if (pruning.unknown == null) {
      return List.of();
    }
    pruning.unknown.sort(null);
    return pruning.unknown;
  }

  /**
   * Prunes a part of an object.
   *
   * @param resource whether it is an object of its own, whether or not the schema says so
   */
  public static void prune(JsonNode value, Structural schema, boolean resource) {
    if (resource && value instanceof ObjectNode object) {
      List<String> ignored = prune(object, schema, false);
    } else {
      new Pruning(false).value(value, schema);
    }
  }

  private void value(JsonNode value, @Nullable Structural schema) {
    if (schema != null && schema.preserveUnknown()) {
      keep(value, schema);
    } else if (value instanceof ObjectNode object) {
      if (schema == null) {
        removeAll(object);
      } else {
        members(object, schema, schema.embedded());
      }
    } else if (value instanceof ArrayNode array) {
      Structural items = schema == null ? null : schema.items();
      for (int i = 0; i < array.size(); i++) {
        place.index(i);
        value(array.get(i), items);
        place.leave();
      }
    }
  }

  private void removeAll(ObjectNode object) {
    object.fieldNames().forEachRemaining(this::report);
    object.removeAll();
  }

  private void members(ObjectNode object, Structural schema, boolean resource) {
    for (Iterator<Map.Entry<String, JsonNode>> members = object.properties().iterator();
        members.hasNext(); ) {
      Map.Entry<String, JsonNode> member = members.next();
      String name = member.getKey();
      if (resource && OF_OBJECTS.contains(name)) {
        continue;
      }
      if (!declared(name, member.getValue(), schema)) {
        report(name);
        members.remove();
      }
    }
  }

  /** Prunes a member if it is declared. */
  private boolean declared(String name, JsonNode value, Structural schema) {
    if (!schema.properties().containsKey(name) && !schema.additional().stated()) {
      return false;
    }
    if (value.isContainerNode()) {
      place.field(name);
      value(value, schema.member(name));
      place.leave();
    }
    return true;
  }

  /** Walks through what is preserved to what is declared within. */
  private void keep(JsonNode value, @Nullable Structural schema) {
    if (schema == null) {
      return;
    }
    if (value instanceof ObjectNode object) {
      keepMembers(object, schema, schema.embedded());
    } else if (value instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        place.index(i);
        keep(array.get(i), schema.items());
        place.leave();
      }
    }
  }

  private void keepMembers(ObjectNode object, Structural schema, boolean resource) {
    for (Map.Entry<String, JsonNode> member : object.properties()) {
      if (!(resource && OF_OBJECTS.contains(member.getKey()))) {
        boolean ignored = declared(member.getKey(), member.getValue(), schema);
      }
    }
  }

  private void report(String name) {
    if (unknown != null && unknown.size() < MAX_PATHS) {
      unknown.add(place.text(name));
    }
  }
}
