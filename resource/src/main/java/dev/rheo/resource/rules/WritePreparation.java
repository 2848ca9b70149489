package dev.rheo.resource.rules;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.json.Canonicalizer;
import dev.rheo.codec.tree.TreeCopies;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.MetadataValidation;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.resource.type.Strategy;
import dev.rheo.resource.type.WriteContext;
import dev.rheo.resource.type.WriteRules;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Prepares objects for validation and storage: upstream's {@code BeforeCreate} and {@code
 * BeforeUpdate} with the strategies of its registries. Objects are changed in place. They are in
 * the version in which they are checked, normalized and defaulted, before and after.
 *
 * <p>This class has the rules for all resources, which follow from the {@link Strategy}; the kind's
 * {@link WriteRules} have the rest.
 */
public final class WritePreparation {
  private WritePreparation() {}

  /**
   * Prepares a create. The caller has set name, namespace, uid and creationTimestamp, and has
   * dropped what a new object cannot have (deletionTimestamp, resourceVersion).
   */
  public static void forCreate(ObjectNode object, ResourceType type, WriteContext context) {
    Strategy strategy = type.strategy();
    if (strategy.statusResetOnCreate()) {
      object.remove("status");
    }
    if (strategy.startsGeneration()) {
      Trees.metadata(object).put("generation", 1);
    }
    type.rules().prepareCreate(object, context);
    type.checkedDefaults().apply(object);
  }

  /**
   * Prepares an update: takes from {@code old} what this write may not change, and increments the
   * generation where the {@link Strategy} demands it.
   *
   * @param old the stored object; not changed
   * @param subresource empty for a main write, else {@code status}, {@code finalize}, {@code
   *     approval}, …
   */
  public static void forUpdate(
      ObjectNode object,
      ObjectNode old,
      ResourceType type,
      String subresource,
      WriteContext context) {
    Strategy strategy = type.strategy();
    ObjectNode metadata = Trees.metadata(object);
    ObjectNode oldMetadata = Trees.metadata(old);
    Trees.copy(oldMetadata, metadata, "generation");
    switch (subresource) {
      case "" -> {
        if (strategy.hasStatus()) {
          Trees.copy(old, object, "status");
        }
      }
      case "status" -> keepAllButStatus(object, old, strategy);
      default -> {}
    }
    type.rules().prepareUpdate(object, old, subresource, context);
    if (!subresource.equals("status")) {
      bumpGeneration(object, old, type);
    }
    if (Trees.text(metadata, "uid").isEmpty()) {
      Trees.copy(oldMetadata, metadata, "uid");
    }
    if (Trees.has(oldMetadata, "creationTimestamp")) {
      Trees.copy(oldMetadata, metadata, "creationTimestamp");
    }
    if (Trees.has(oldMetadata, "deletionTimestamp")) {
      Trees.copy(oldMetadata, metadata, "deletionTimestamp");
    }
    if (!Trees.has(metadata, "deletionGracePeriodSeconds")) {
      Trees.copy(oldMetadata, metadata, "deletionGracePeriodSeconds");
    }
    type.checkedDefaults().apply(object);
  }

  private static void keepAllButStatus(ObjectNode object, ObjectNode old, Strategy strategy) {
    for (Map.Entry<String, JsonNode> field : List.copyOf(object.properties())) {
      String name = field.getKey();
      if (!name.equals("metadata") && !name.equals("status") && !old.has(name)) {
        object.remove(name);
      }
    }
    for (Map.Entry<String, JsonNode> field : old.properties()) {
      String name = field.getKey();
      if (!name.equals("metadata") && !name.equals("status")) {
        Trees.copy(old, object, name);
      }
    }
    ObjectNode metadata = Trees.metadata(object);
    ObjectNode oldMetadata = Trees.metadata(old);
    if (strategy.statusKeepsMetadata()) {
      MetadataValidation.KEPT.forEach(name -> Trees.copy(oldMetadata, metadata, name));
    } else if (strategy.statusKeepsLabels()) {
      Trees.copy(oldMetadata, metadata, "labels");
    }
  }

  private static void bumpGeneration(ObjectNode object, ObjectNode old, ResourceType type) {
    List<String> parts = type.strategy().generationParts();
    if (parts.stream().noneMatch(part -> differs(old, object, part, type))) {
      // The usual case, and the cheap one.
      return;
    }
    // the old object may have been stored before a default existed
    ObjectNode before = comparable(old, type);
    ObjectNode after = comparable(object, type);
    if (parts.stream()
        .anyMatch(
            part ->
                part.startsWith("metadata.")
                    ? !Trees.same(at(old, part), at(object, part))
                    : differs(before, after, part, type))) {
      ObjectNode metadata = Trees.metadata(object);
      metadata.put("generation", Trees.number(metadata, "generation") + 1);
    }
  }

  private static ObjectNode comparable(ObjectNode object, ResourceType type) {
    // Managed fields are large, and metadata are never compared.
    ObjectNode rest = object.objectNode();
    rest.setAll(object);
    rest.remove("metadata");
    ObjectNode copy = TreeCopies.of(rest);
    type.checkedDefaults().apply(copy);
    Canonicalizer.normalize(copy, type.checkedType());
    // A structure that is always written is the same whether it is sent or not.
    return Canonicalizer.complete(copy, type.checkedType());
  }

  /** Whether a part of two objects differs; an empty object is not none. */
  private static boolean differs(
      ObjectNode before, ObjectNode after, String part, ResourceType type) {
    if (part.equals("*")) {
      boolean status = type.strategy().hasStatus();
      return !specified(before, status).equals(specified(after, status));
    }
    return !Objects.equals(at(before, part), at(after, part));
  }

  /**
   * All but metadata and, if it is written apart, status; a shallow copy.
   *
   * @param hasStatus whether the status is written apart
   */
  private static ObjectNode specified(ObjectNode object, boolean hasStatus) {
    ObjectNode rest = object.objectNode();
    rest.setAll(object);
    return rest.remove(hasStatus ? List.of("metadata", "status") : List.of("metadata"));
  }

  private static @Nullable JsonNode at(ObjectNode object, String part) {
    return Trees.at(object, part.split("\\."));
  }
}
