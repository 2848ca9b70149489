package dev.rheo.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.FieldError;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.codec.io.MalformedException;
import dev.rheo.codec.tree.Trees;
import dev.rheo.schema.list.ListRules;
import dev.rheo.schema.meta.EmbeddedMetadata;
import dev.rheo.schema.meta.EmbeddedRules;
import dev.rheo.schema.meta.ObjectMetadata;
import dev.rheo.schema.prune.Defaults;
import dev.rheo.schema.prune.Nulls;
import dev.rheo.schema.prune.PrunedDefaults;
import dev.rheo.schema.prune.Pruning;
import dev.rheo.schema.rule.SchemaRules;
import dev.rheo.schema.value.ValueRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All that one version of a definition demands of its objects, and what it makes of them: an object
 * that a client sends is {@linkplain #prune pruned}, gets its {@linkplain #applyDefaults defaults},
 * and is validated; an object from the store is {@linkplain #pruneStored pruned}, too, and gets the
 * defaults that the definition has by now.
 *
 * <p>Of the object's own metadata, this decodes the types and validates nothing. Immutable and
 * thread-safe; what validation needs is made with the first object.
 */
public final class CustomSchema {
  /** Faults that keep the rules from being evaluated: they could not rely on the types. */
  private static final Set<String> BLOCKING =
      Set.of(
          "FieldValueNotSupported",
          "FieldValueRequired",
          "FieldValueTooLong",
          "FieldValueTooMany",
          "FieldValueTypeInvalid");

  private static final String NOT_CHECKED =
      "some validation rules were not checked because the object was invalid; correct the existing"
          + " errors to complete validation";

  private static final String STATUS = "status";
  private static final String METADATA = "metadata";

  private final Structural schema;
  private final @Nullable ScalePaths scale;
  private final @Nullable ObjectRules rules;

  private volatile @Nullable ValueRules values;
  private volatile @Nullable ValueRules statusValues;

  private CustomSchema(Structural schema, @Nullable ScalePaths scale, @Nullable ObjectRules rules) {
    this.schema = schema;
    this.scale = scale;
    this.rules = rules;
  }

  /** All that a schema demands, its rules included. */
  public static CustomSchema of(Structural schema) {
    return of(schema, null);
  }

  /**
   * @param scale null if the version has no such subresource
   */
  public static CustomSchema of(Structural schema, @Nullable ScalePaths scale) {
    return of(schema, scale, SchemaRules.compile(schema));
  }

  /**
   * @param schema one that {@link StructuralFaults} finds nothing wrong with
   * @param scale null if the version has no such subresource
   * @param rules null if the schema has none
   */
  public static CustomSchema of(
      Structural schema, @Nullable ScalePaths scale, @Nullable ObjectRules rules) {
    return new CustomSchema(PrunedDefaults.of(schema), scale, rules);
  }

  /** The schema, its defaults pruned. */
  public Structural schema() {
    return schema;
  }

  /**
   * Decodes the metadata of an object and of those embedded in it, and removes in place the fields
   * that the schema does not have, and nulls that are not allowed, unless a default replaces them.
   *
   * @param unknownFields takes the path of each field that was removed, such as {@code
   *     spec.list[0].foo}; null if nobody wants to know
   * @throws MalformedException if metadata, a kind or an apiVersion is of a wrong type; the message
   *     does not tell of which object
   */
  public void prune(ObjectNode object, @Nullable Consumer<String> unknownFields) {
    boolean tell = unknownFields != null;
    List<String> unknown = new ArrayList<>();
    JsonNode metadata = object.get(METADATA);
    if (metadata != null) {
      object.set(METADATA, ObjectMetadata.decoded(metadata, tell ? unknown : null));
      unknown.replaceAll(path -> METADATA + "." + path);
    }
    unknown.addAll(Pruning.prune(object, schema, tell));
    Nulls.prune(object, schema);
    unknown.addAll(EmbeddedMetadata.decode(object, schema, tell));
    if (unknownFields != null) {
      unknown.forEach(unknownFields);
    }
  }

  /**
   * As {@link #prune}, for an object from the store, which may be older than the schema: metadata
   * that is of a wrong type is removed.
   *
   * @throws MalformedException if the object's metadata is no object
   */
  public void pruneStored(ObjectNode object) {
    JsonNode metadata = object.get(METADATA);
    if (metadata != null) {
      ObjectNode repaired = ObjectMetadata.repaired(metadata);
      if (repaired == null) {
        throw new MalformedException("invalid metadata: expected object");
      }
      if (Trees.number(repaired, "generation") == 0) {
        repaired.put("generation", 1);
      }
      object.set(METADATA, repaired);
    }
    List<String> ignored = Pruning.prune(object, schema, false);
    Nulls.prune(object, schema);
    EmbeddedMetadata.repair(object, schema, false);
  }

  /**
   * Sets absent fields to their defaults, in place. What that builds is charged to the current
   * meter.
   *
   * @throws RuntimeException if the meter refuses
   */
  public void applyDefaults(ObjectNode object) {
    Defaults.apply(object, schema);
  }

  /**
   * Validates a new object. Its metadata has been validated before: what was found is among the
   * errors, since it may keep the rules from being evaluated.
   */
  public void validateCreate(ObjectNode object, FieldErrors errors) {
    values().create(object, "", errors);
    scale(object, true, errors);
    EmbeddedRules.check("", object, schema, false, errors);
    ListRules.check(object, schema, errors);
    rules(object, null, errors, warning -> {});
  }

  /**
   * Validates an object that takes the place of another. What was wrong before and has not changed
   * is no fault: of values, where the old one can be told; of lists, if any was wrong before.
   *
   * @param warnings is told of rules that are broken by what has not changed
   */
  public void validateUpdate(
      ObjectNode object, ObjectNode old, FieldErrors errors, Consumer<String> warnings) {
    values().update(object, old, "", errors);
    scale(object, true, errors);
    EmbeddedRules.check("", object, schema, false, errors);
    lists(object, old, errors);
    rules(object, old, errors, warnings);
  }

  /**
   * Validates an object of which only the status differs from the old one.
   *
   * @param warnings is told of rules that are broken by what has not changed
   */
  public void validateStatusUpdate(
      ObjectNode object, ObjectNode old, FieldErrors errors, Consumer<String> warnings) {
    JsonNode status = object.get(STATUS);
    ValueRules ofStatus = statusValues();
    if (status != null && ofStatus != null) {
      ofStatus.update(status, old.get(STATUS), STATUS, errors);
    }
    scale(object, false, errors);
    lists(object, old, errors);
    rules(object, old, errors, warnings);
  }

  private void scale(ObjectNode object, boolean spec, FieldErrors errors) {
    if (scale != null) {
      scale.check(object, spec, errors);
    }
  }

  private void lists(ObjectNode object, ObjectNode old, FieldErrors errors) {
    FieldErrors found = new FieldErrors();
    ListRules.check(object, schema, found);
    if (!found.isEmpty()) {
      FieldErrors before = new FieldErrors();
      ListRules.check(old, schema, before);
      if (before.isEmpty()) {
        found.toList().forEach(errors::add);
      }
    }
  }

  private void rules(
      ObjectNode object, @Nullable ObjectNode old, FieldErrors errors, Consumer<String> warnings) {
    if (rules == null) {
      return;
    }
    if (errors.toList().stream().anyMatch(error -> BLOCKING.contains(error.reason()))) {
      errors.add(FieldError.invalid("<nil>", NullNode.instance, NOT_CHECKED));
    } else {
      rules.validate(object, old, "", errors, warnings);
    }
  }

  private ValueRules values() {
    ValueRules made = values;
    if (made == null) {
      made = ValueRules.of(schema);
      values = made;
    }
    return made;
  }

  /** What the status must fulfil by itself; null if nothing is said of it. */
  private @Nullable ValueRules statusValues() {
    ValueRules made = statusValues;
    Structural status = schema.properties().get(STATUS);
    if (made == null && status != null) {
      made = ValueRules.of(status);
      statusValues = made;
    }
    return made;
  }
}
