package dev.rheo.schema.prune;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.TreeCopies;
import dev.rheo.schema.Structural;
import dev.rheo.schema.Structural.Additional;
import dev.rheo.schema.meta.EmbeddedMetadata;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Prunes the defaults of a schema: a default is a part of an object, so it may have what the schema
 * allows there, and what is allowed there is known from the root on.
 */
public final class PrunedDefaults {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /** Stands for each key of a map. */
  private static final String ANY = "*";

  /** In place of a name, where the step is to the elements of a list. */
  private static final String ELEMENT = "";

  private record Step(boolean element, String name) {}

  private final Structural root;

  /** From the root to the default; the last one first. */
  private final Deque<Step> path = new ArrayDeque<>();

  private PrunedDefaults(Structural root) {
    this.root = root;
  }

  /** The schema with its defaults pruned; the same one if they are. */
  public static Structural of(Structural schema) {
    return new PrunedDefaults(schema).pruned(schema);
  }

  private Structural pruned(Structural schema) {
    JsonNode defaultValue = schema.defaultValue();
    if (defaultValue != null) {
      defaultValue = pruned(defaultValue);
    }
    Structural items = schema.items();
    if (items != null) {
      items = below(new Step(true, ELEMENT), items);
    }
    Additional additional = schema.additional();
    if (additional.schema() != null) {
      Structural values = below(new Step(false, ANY), additional.schema());
      if (values != additional.schema()) {
        additional = new Additional(true, additional.allowed(), values);
      }
    }
    Map<String, Structural> properties = properties(schema);
    if (defaultValue == schema.defaultValue()
        && items == schema.items()
        && additional == schema.additional()
        && properties == schema.properties()) {
      return schema;
    }
    return new Structural(
        schema.type(),
        schema.nullable(),
        defaultValue,
        properties,
        items,
        additional,
        schema.preserveUnknown(),
        schema.embedded(),
        schema.intOrString(),
        schema.listType(),
        schema.listMapKeys(),
        schema.mapType(),
        schema.rules(),
        schema.restrictions(),
        schema.remarks());
  }

  private Structural below(Step step, Structural schema) {
    path.push(step);
    Structural pruned = pruned(schema);
    path.pop();
    return pruned;
  }

  private Map<String, Structural> properties(Structural schema) {
    Map<String, Structural> changed = null;
    for (Map.Entry<String, Structural> property : schema.properties().entrySet()) {
      Structural pruned = below(new Step(false, property.getKey()), property.getValue());
      if (pruned != property.getValue()) {
        if (changed == null) {
          changed = new LinkedHashMap<>(schema.properties());
        }
        changed.put(property.getKey(), pruned);
      }
    }
    return changed == null ? schema.properties() : changed;
  }

  /** A default as it is within an object of the schema; null if it is not allowed at all. */
  private @Nullable JsonNode pruned(JsonNode defaultValue) {
    JsonNode copy = TreeCopies.of(defaultValue);
    JsonNode surrounding = copy;
    for (Step step : path) {
      if (step.element()) {
        ArrayNode list = NODES.arrayNode(1);
        surrounding = list.add(surrounding);
      } else {
        ObjectNode object = NODES.objectNode();
        object.set(step.name(), surrounding);
        surrounding = object;
      }
    }
    if (!(surrounding instanceof ObjectNode object)) {
      return defaultValue; // the root is no object: no such definition is valid
    }
    EmbeddedMetadata.repair(object, root);
    Pruning.prune(object, root, true);
    JsonNode pruned = object;
    for (Iterator<Step> steps = path.descendingIterator(); steps.hasNext() && pruned != null; ) {
      Step step = steps.next();
      pruned = step.element() ? pruned.get(0) : pruned.get(step.name());
    }
    if (pruned == null || pruned.isNull()) {
      return null;
    }
    return pruned.equals(defaultValue) ? defaultValue : pruned;
  }
}
