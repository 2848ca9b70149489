package dev.rheo.resource.rules.kind;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.name.Names;
import dev.rheo.api.status.FieldError;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.schema.meta.OwnerRules;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** Validates {@code metadata}. */
public final class MetadataValidation {
  /** Metadata that writes of some subresources keep. */
  public static final List<String> KEPT =
      List.of("labels", "annotations", "finalizers", "ownerReferences", "deletionTimestamp");

  private static final Set<String> STANDARD_FINALIZERS =
      Set.of("kubernetes", "orphan", "foregroundDeletion");
  private static final List<String> IMMUTABLE =
      List.of(
          "name",
          "namespace",
          "uid",
          "creationTimestamp",
          "deletionTimestamp",
          "deletionGracePeriodSeconds");

  private MetadataValidation() {}

  public static void create(ObjectNode object, ResourceType type, FieldErrors errors) {
    ObjectNode metadata = Trees.metadata(object);
    prefix(metadata, type.strategy().names(), errors);
    String name = Trees.text(metadata, "name");
    if (name.isEmpty()) {
      errors.add(FieldError.required("metadata.name", "name or generateName is required"));
    } else {
      errors.invalid("metadata.name", name, type.strategy().names().validate(name));
    }
    if (type.namespaced()) {
      String namespace = Trees.text(metadata, "namespace");
      if (namespace.isEmpty()) {
        errors.add(FieldError.required("metadata.namespace", ""));
      } else {
        errors.invalid("metadata.namespace", namespace, Names.dnsLabel(namespace));
      }
    }
    common(metadata, type.strategy().anyFinalizers(), errors);
  }

  public static void update(
      ObjectNode object, ObjectNode old, ResourceType type, FieldErrors errors) {
    ObjectNode metadata = Trees.metadata(object);
    ObjectNode oldMetadata = Trees.metadata(old);
    if (Trees.has(oldMetadata, "deletionTimestamp")) {
      Set<String> added = new TreeSet<>(Trees.strings(metadata, "finalizers"));
      Trees.strings(oldMetadata, "finalizers").forEach(added::remove);
      if (!added.isEmpty()) {
        errors.add(
            FieldError.forbidden(
                "metadata.finalizers",
                "no new finalizers can be added if the object is being deleted, found new"
                    + " finalizers []string{\""
                    + String.join("\", \"", added)
                    + "\"}"));
      }
    }
    if (type.strategy().checksPrefix()) {
      prefix(metadata, type.strategy().names(), errors);
    }
    for (String field : IMMUTABLE) {
      JsonNode now = Trees.get(metadata, field);
      JsonNode before = Trees.get(oldMetadata, field);
      if (!Objects.equals(now, before)) {
        errors.add(FieldError.invalid("metadata." + field, Field.shown(now), "field is immutable"));
      }
    }
    common(metadata, type.strategy().anyFinalizers(), errors);
  }

  /**
   * Validates the metadata of an object that stands for a part of another, such as a Scale; the
   * name and the namespace are known to be those of the other.
   */
  public static void ofPart(ObjectNode object, FieldErrors errors) {
    prefix(Trees.metadata(object), Names.Kind.DNS_SUBDOMAIN, errors);
    common(Trees.metadata(object), false, errors);
  }

  private static void common(ObjectNode metadata, boolean anyFinalizers, FieldErrors errors) {
    Field at = Field.root(null, errors).at("metadata").with(metadata);
    LabelRules.labels(at.at("labels"));
    LabelRules.annotations(at.at("annotations"));
    OwnerRules.check(
        metadata,
        "metadata.ownerReferences",
        owner -> owner,
        () -> Objects.requireNonNull(metadata.get("ownerReferences")),
        errors);
    finalizers(metadata, anyFinalizers, errors);
  }

  private static void prefix(ObjectNode metadata, Names.Kind names, FieldErrors errors) {
    String prefix = Trees.text(metadata, "generateName");
    if (!prefix.isEmpty()) {
      errors.invalid("metadata.generateName", prefix, names.validatePrefix(prefix));
    }
  }

  private static void finalizers(ObjectNode metadata, boolean any, FieldErrors errors) {
    List<String> finalizers = Trees.strings(metadata, "finalizers");
    for (int i = 0; i < finalizers.size() && !errors.isFull(); i++) {
      String finalizer = finalizers.get(i);
      errors.invalid("metadata.finalizers", finalizer, Names.labelKey(finalizer));
      if (!any && finalizer.indexOf('/') < 0 && !STANDARD_FINALIZERS.contains(finalizer)) {
        errors.add(
            FieldError.invalid(
                "metadata.finalizers[" + i + "]",
                finalizer,
                "name is neither a standard finalizer name nor is it fully qualified"));
      }
    }
    if (finalizers.contains("orphan") && finalizers.contains("foregroundDeletion")) {
      errors.add(
          FieldError.invalid(
              "metadata.finalizers",
              Objects.requireNonNull(metadata.get("finalizers")),
              "finalizer orphan and foregroundDeletion cannot be both set"));
    }
  }
}
