package dev.rheo.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.FieldError;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.api.status.Untyped;
import dev.rheo.codec.tree.TreeCopies;
import dev.rheo.schema.meta.EmbeddedMetadata;
import dev.rheo.schema.meta.EmbeddedRules;
import dev.rheo.schema.prune.Pruning;
import dev.rheo.schema.rule.SchemaRules;
import dev.rheo.schema.tree.Place;
import dev.rheo.schema.value.ValueRules;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Checks the defaults of a schema: each must be what the schema demands of a value there. What it
 * costs to evaluate rules is limited for all defaults together; when that is used up, the rest is
 * not checked.
 *
 * <p>Upstream's {@code defaulting.ValidateDefaults}.
 */
public final class DefaultFaults {
  private static final Set<String> OF_OBJECTS = Set.of("apiVersion", "kind", "metadata");
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final Place place;
  private final boolean pruned;
  private final FieldErrors errors;
  private long budget = SchemaRules.BUDGET;

  /**
   * An object of its own, in which a default may stand for a part of the metadata.
   *
   * @param around makes the object that has a value at the place of the schema
   */
  private record Resource(Structural schema, UnaryOperator<JsonNode> around) {
    Resource field(String name) {
      return new Resource(schema, value -> around.apply(NODES.objectNode().set(name, value)));
    }

    Resource element() {
      return new Resource(schema, value -> around.apply(NODES.arrayNode().add(value)));
    }
  }

  private DefaultFaults(String fieldPath, boolean pruned, FieldErrors errors) {
    this.place = new Place(fieldPath);
    this.pruned = pruned;
    this.errors = errors;
  }

  /**
   * Checks all defaults of the schema of a custom resource. Those of {@code additionalProperties}
   * are not looked at.
   *
   * @param schema one that {@link StructuralFaults} finds nothing wrong with
   * @param fieldPath where it is
   * @param pruned whether a default must not have fields that the schema does not have
   */
  public static void check(
      Structural schema, String fieldPath, boolean pruned, FieldErrors errors) {
    boolean ignored =
        new DefaultFaults(fieldPath, pruned, errors)
            .check(schema, true, new Resource(schema, UnaryOperator.identity()), false);
  }

  /**
   * @param inMetadata whether the schema describes the type or the metadata of the object
   * @return whether there is budget left
   */
  private boolean check(
      Structural schema, boolean isRoot, Resource above, boolean aboveInMetadata) {
    if (errors.isFull()) {
      return false;
    }
    boolean embedded = isRoot || schema.embedded();
    boolean inMetadata = aboveInMetadata && !embedded;
    Resource resource = embedded ? new Resource(schema, UnaryOperator.identity()) : above;
    JsonNode value = schema.defaultValue();
    if (value != null) {
      if (inMetadata) {
        ofMetadata(schema, value, resource);
      } else {
        ofValue(schema, value, embedded);
      }
      if (budget < 0) {
        return false;
      }
    }
    if (schema.items() != null) {
      place.field("items");
      boolean more = check(schema.items(), false, resource.element(), inMetadata);
      place.leave();
      if (!more) {
        return false;
      }
    }
    for (Map.Entry<String, Structural> property : schema.properties().entrySet()) {
      String name = property.getKey();
      place.field("properties");
      place.key(name);
      boolean more =
          check(
              property.getValue(),
              false,
              resource.field(name),
              inMetadata || (embedded && OF_OBJECTS.contains(name)));
      place.leave();
      place.leave();
      if (!more) {
        return false;
      }
    }
    return true;
  }

  private void ofMetadata(Structural schema, JsonNode value, Resource resource) {
    if (!(resource.around().apply(TreeCopies.of(value)) instanceof ObjectNode object)) {
      return; // an object, because the schema is one of its fields
    }
    if (!object.has("kind")) {
      object.put("kind", "Validation");
    }
    if (!object.has("apiVersion")) {
      object.put("apiVersion", "validation/v1");
    }
    FieldErrors found = new FieldErrors();
    FieldError fault = EmbeddedMetadata.check("", object, resource.schema(), true);
    if (fault != null) {
      found.add(fault);
    } else {
      EmbeddedRules.check("", object, resource.schema(), true, found);
    }
    if (found.isEmpty()) {
      ofSchema(schema, value, false);
    } else {
      errors.add(
          FieldError.invalid(
              place.text("default"),
              new Untyped(value),
              "must result in valid metadata: " + found.message()));
    }
  }

  private void ofValue(Structural schema, JsonNode value, boolean embedded) {
    String path = place.text("default");
    JsonNode copy = TreeCopies.of(value);
    if (pruned) {
      Pruning.prune(copy, schema, embedded);
      if (!copy.equals(value)) {
        errors.add(FieldError.invalid(path, new Untyped(value), "must not have unknown fields"));
      }
      copy = TreeCopies.of(value);
    }
    FieldError fault = EmbeddedMetadata.check(path, copy, schema, embedded);
    if (fault != null) {
      errors.add(fault);
      return;
    }
    FieldErrors found = new FieldErrors();
    EmbeddedRules.check(path, copy, schema, embedded, found);
    if (found.isEmpty()) {
      ofSchema(schema, copy, embedded);
    } else {
      found.toList().forEach(errors::add);
    }
  }

  /** Checks what the schema itself demands of its default. */
  private void ofSchema(Structural schema, JsonNode value, boolean resource) {
    String path = place.text("default");
    FieldErrors found = new FieldErrors();
    ValueRules.ofDefault(schema).create(value, path, found);
    if (found.isEmpty()) {
      ofRules(schema, value, path, resource, found);
    }
    found.toList().forEach(errors::add);
  }

  private void ofRules(
      Structural schema, JsonNode value, String path, boolean resource, FieldErrors found) {
    SchemaRules rules = SchemaRules.compile(schema, resource);
    if (rules == null) {
      return;
    }
    long left = rules.validateDefault(value, value, path, found, budget);
    if (found.isEmpty()) {
      // rules that ask whether there was a value before
      left = Math.min(left, rules.validateDefault(value, null, path, found, budget));
    }
    budget = left;
  }
}
