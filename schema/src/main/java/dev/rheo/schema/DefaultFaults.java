package dev.rheo.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.FieldError;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.api.status.Untyped;
import dev.rheo.codec.tree.TreeCopies;
import dev.rheo.schema.meta.EmbeddedMetadata;
import dev.rheo.schema.meta.EmbeddedRules;
import dev.rheo.schema.prune.Pruning;
import dev.rheo.schema.tree.GoValues;
import dev.rheo.schema.tree.Place;
import dev.rheo.schema.value.ValueRules;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Checks that the defaults of a schema are what the schema itself allows. */
public final class DefaultFaults {
  /** Judges a default by the rules of its own schema. */
  @FunctionalInterface
  public interface RuleCheck {
    /**
     * Adds what is wrong, both for a value that takes the place of an equal one and for a new one.
     *
     * @param fieldPath where the default is
     * @return whether the budget of the definition is not used up
     */
    boolean check(Structural schema, JsonNode value, String fieldPath, FieldErrors errors);
  }

  private static final Set<String> OF_OBJECTS = Set.of("apiVersion", "kind", "metadata");
  private static final String DEFAULT = "default";
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /** In place of a name, where the step is to the elements of a list. */
  private static final String ELEMENT = "";

  private record Step(boolean element, String name) {}

  private final Place place;
  private final boolean pruned;
  private final @Nullable RuleCheck rules;
  private final FieldErrors errors;

  /** From the object that the schema is within to the schema; the last step first. */
  private Deque<Step> path = new ArrayDeque<>();

  private DefaultFaults(
      String fieldPath, boolean pruned, @Nullable RuleCheck rules, FieldErrors errors) {
    this.place = new Place(fieldPath);
    this.pruned = pruned;
    this.rules = rules;
    this.errors = errors;
  }

  /**
   * Adds the faults of the defaults of a structural schema.
   *
   * @param fieldPath where the schema is in its definition
   * @param pruned whether defaults must have no unknown fields
   * @param rules null if the schema has none
   */
  public static void check(
      Structural schema,
      String fieldPath,
      boolean pruned,
      @Nullable RuleCheck rules,
      FieldErrors errors) {
    boolean ignored =
        new DefaultFaults(fieldPath, pruned, rules, errors).walk(schema, schema, true, false);
  }

  /**
   * @param root the schema of the object that this one is within
   * @param embedded whether this is the schema of an object
   * @param inside whether it is that of a part of an object's type or metadata
   * @return whether the rules of further defaults may be evaluated
   */
  private boolean walk(Structural schema, Structural root, boolean embedded, boolean inside) {
    Structural object = root;
    boolean meta = inside;
    Deque<Step> outer = path;
    if (embedded) {
      object = schema;
      meta = false;
      path = new ArrayDeque<>();
    }
    boolean more =
        !errors.isFull()
            && (schema.defaultValue() == null
                || (meta
                    ? insideMetadata(schema, schema.defaultValue(), object)
                    : value(schema, schema.defaultValue(), embedded)))
            && below(schema, object, embedded, meta);
    path = outer;
    return more;
  }

  private boolean below(Structural schema, Structural root, boolean embedded, boolean inside) {
    if (schema.items() != null) {
      place.field("items");
      path.push(new Step(true, ELEMENT));
      boolean more = walk(schema.items(), root, schema.items().embedded(), inside);
      path.pop();
      place.leave();
      if (!more) {
        return false;
      }
    }
    for (Map.Entry<String, Structural> property : schema.properties().entrySet()) {
      String name = property.getKey();
      place.field("properties");
      place.key(name);
      path.push(new Step(false, name));
      boolean meta = inside || (embedded && OF_OBJECTS.contains(name));
      boolean more = walk(property.getValue(), root, property.getValue().embedded(), meta);
      path.pop();
      place.leave();
      place.leave();
      if (!more) {
        return false;
      }
    }
    return true;
  }

  /** A default of the type or the metadata of an object, which has a type of its own. */
  private boolean insideMetadata(Structural schema, JsonNode value, Structural root) {
    String field = place.text(DEFAULT);
    JsonNode surrounding = TreeCopies.of(value);
    for (Step step : path) {
      if (step.element()) {
        ArrayNode list = NODES.arrayNode(1);
        surrounding = list.add(surrounding);
      } else {
        ObjectNode outer = NODES.objectNode();
        outer.set(step.name(), surrounding);
        surrounding = outer;
      }
    }
    if (surrounding instanceof ObjectNode object) {
      typed(object);
      FieldError fault = EmbeddedMetadata.check("", object, root, true);
      if (fault != null) {
        invalidMetadata(field, value, fault.message());
        return true;
      }
      FieldErrors faults = new FieldErrors();
      EmbeddedRules.check("", object, root, true, faults);
      if (!faults.isEmpty()) {
        invalidMetadata(field, value, faults.message());
        return true;
      }
    }
    return values(schema, value, field);
  }

  private static void typed(ObjectNode object) {
    if (!object.has("kind")) {
      object.put("kind", "Validation");
    }
    if (!object.has("apiVersion")) {
      object.put("apiVersion", "validation/v1");
    }
  }

  private void invalidMetadata(String field, JsonNode value, String why) {
    errors.add(
        FieldError.invalid(field, new Untyped(value), "must result in valid metadata: " + why));
  }

  private boolean value(Structural schema, JsonNode stated, boolean embedded) {
    String field = place.text(DEFAULT);
    JsonNode value = TreeCopies.of(stated);
    if (pruned) {
      JsonNode without = TreeCopies.of(stated);
      Pruning.prune(without, schema, embedded);
      if (!GoValues.same(without, stated)) {
        errors.add(FieldError.invalid(field, new Untyped(stated), "must not have unknown fields"));
      }
    }
    FieldError fault = EmbeddedMetadata.check(field, value, schema, embedded);
    if (fault != null) {
      errors.add(fault);
      return true;
    }
    FieldErrors faults = new FieldErrors();
    EmbeddedRules.check(field, value, schema, embedded, faults);
    if (!faults.isEmpty()) {
      faults.toList().forEach(errors::add);
      return true;
    }
    return values(schema, value, field);
  }

  private boolean values(Structural schema, JsonNode value, String field) {
    FieldErrors faults = new FieldErrors();
    ValueRules.ofDefault(schema).create(value, field, faults);
    if (!faults.isEmpty()) {
      faults.toList().forEach(errors::add);
      return true;
    }
    return rules == null || rules.check(schema, value, field, errors);
  }
}
