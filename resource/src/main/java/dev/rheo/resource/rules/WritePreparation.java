package dev.rheo.resource.rules;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.json.Canonicalizer;
import dev.rheo.codec.tree.TreeCopies;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.resource.type.Strategy;
import java.util.List;
import java.util.Map;

/**
 * Prepares objects for validation and storage: upstream's {@code BeforeCreate} and {@code
 * BeforeUpdate} with the strategies of its registries, and those default admission plugins that
 * look up no other objects. Objects are changed in place. They are in the stored version,
 * normalized and defaulted, before and after.
 *
 * <p>This class has the rules for all resources, which follow from the {@link Strategy}; {@link
 * ResourceStrategies} has the rest.
 */
public final class WritePreparation {
  /**
   * Metadata that writes of some subresources keep: of {@code status} if {@link
   * Strategy#statusKeepsMetadata()}, of other subresources of pods.
   */
  static final List<String> KEPT_METADATA =
      List.of("labels", "annotations", "finalizers", "ownerReferences", "deletionTimestamp");

  private WritePreparation() {}

  /**
   * Prepares a create. The caller has set name, namespace, uid and creationTimestamp, and has
   * dropped what a new object cannot have (deletionTimestamp, resourceVersion).
   */
  public static void forCreate(ObjectNode object, ResourceType type, WriteContext context) {
    DefaultAdmission.create(object, type.storage().name());
    Strategy strategy = type.strategy();
    if (strategy.statusResetOnCreate()) {
      object.remove("status");
    }
    if (strategy.startsGeneration()) {
      Trees.metadata(object).put("generation", 1);
    }
    ResourceStrategies.create(object, type.storage().name(), context);
    type.storage().defaults().apply(object);
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
    DefaultAdmission.update(object, type.storage().name(), subresource);
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
    ResourceStrategies.update(object, old, type.storage().name(), subresource, context);
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
    type.storage().defaults().apply(object);
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
      KEPT_METADATA.forEach(name -> Trees.copy(oldMetadata, metadata, name));
    } else if (strategy.statusKeepsLabels()) {
      Trees.copy(oldMetadata, metadata, "labels");
    }
  }

  private static void bumpGeneration(ObjectNode object, ObjectNode old, ResourceType type) {
    List<String> parts = type.strategy().generationParts();
    if (parts.isEmpty()) {
      return;
    }
    // the old object may have been stored before a default existed
    ObjectNode before = comparable(old, type);
    ObjectNode after = comparable(object, type);
    if (parts.stream()
        .anyMatch(
            part ->
                part.startsWith("metadata.")
                    ? differs(old, object, part)
                    : differs(before, after, part))) {
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
    type.storage().defaults().apply(copy);
    Canonicalizer.normalize(copy, type.storage().objectType());
    return copy;
  }

  private static boolean differs(ObjectNode before, ObjectNode after, String part) {
    if (part.equals("*")) {
      ObjectNode a = TreeCopies.of(before);
      ObjectNode b = TreeCopies.of(after);
      List<String> not = List.of("metadata", "status");
      return !Trees.same(a.remove(not), b.remove(not));
    }
    String[] path = part.split("\\.");
    return !ImmutableFields.same(Trees.at(before, path), Trees.at(after, path));
  }
}
