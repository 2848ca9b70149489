package dev.rheo.resource.rules.pod;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.Field;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Checks the annotations of pods and templates that mean something to the server. */
final class PodAnnotations {
  /** Marks the object that a kubelet keeps for a pod of its own. */
  static final String MIRROR = "kubernetes.io/config.mirror";

  /** How upstream writes the path of what is said of no field. */
  static final String NOWHERE = "[]";

  private static final List<String> INIT_CONTAINERS =
      List.of(
          "pod.beta.kubernetes.io/init-containers",
          "pod.alpha.kubernetes.io/init-containers",
          "pod.beta.kubernetes.io/init-container-statuses",
          "pod.alpha.kubernetes.io/init-container-statuses");
  private static final String DELETION_COST = "controller.kubernetes.io/pod-deletion-cost";
  private static final String TOLERATIONS = "scheduler.alpha.kubernetes.io/tolerations";
  private static final ObjectMapper JSON = new ObjectMapper();

  private PodAnnotations() {}

  static void validate(Field annotations, Field spec, PodOptions options) {
    Field mirror = annotations.key(MIRROR);
    if (mirror.present() && spec.at("nodeName").isEmpty()) {
      mirror.invalid("must set spec.nodeName if mirror pod annotation is set");
    }
    if (!annotations.key(TOLERATIONS).isEmpty()) {
      tolerations(annotations, options);
    }
    if (!options.anyDeletionCost() && !isDeletionCost(annotations.object())) {
      annotations.key(DELETION_COST).invalid("must be a 32bit integer");
    }
    ProfileAnnotations.validate(annotations, spec);
  }

  private static void tolerations(Field annotations, PodOptions options) {
    JsonNode list;
    try {
      list = JSON.readTree(annotations.key(TOLERATIONS).text());
    } catch (JsonProcessingException e) {
      annotations.invalid(TOLERATIONS, "invalid JSON");
      return;
    }
    Tolerations.validate(annotations.at(TOLERATIONS).with(list), options.comparisons());
  }

  /** Whether the annotation, if it is there, is a number of 32 bits as upstream writes one. */
  static boolean isDeletionCost(@Nullable ObjectNode annotations) {
    JsonNode cost = Trees.get(annotations, DELETION_COST);
    if (cost == null) {
      return true;
    }
    String text = cost.asText();
    if (text.isEmpty() || text.startsWith("+") || (text.startsWith("0") && !text.equals("0"))) {
      return false;
    }
    try {
      Integer.parseInt(text);
      return true;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  /** Checks what a write may change: neither AppArmor profiles nor the mark of a mirror pod. */
  static void validateUpdate(Field metadata, Field oldMetadata) {
    Field now = metadata.at("annotations");
    Field before = oldMetadata.at("annotations");
    Set<String> known = new HashSet<>();
    for (Field annotation : before.entries()) {
      String key = annotation.name();
      known.add(key);
      if (now.key(key).absent() || !now.key(key).is(annotation.text())) {
        immutable(now.key(key), "remove or update");
      }
    }
    for (Field annotation : now.entries()) {
      if (!known.contains(annotation.name())) {
        immutable(annotation, "add");
      }
    }
  }

  private static void immutable(Field annotation, String verb) {
    String key = annotation.name();
    if (key.startsWith(ProfileAnnotations.APP_ARMOR)) {
      annotation.forbidden("may not " + verb + " AppArmor annotations");
    }
    if (key.equals(MIRROR)) {
      annotation.forbidden("may not " + verb + " mirror pod annotation");
    }
  }

  /** Drops what very old clients had in place of init containers, in place. */
  static void dropInitContainers(@Nullable ObjectNode metadata) {
    ObjectNode annotations = Trees.object(metadata, "annotations");
    if (metadata != null && annotations != null && annotations.size() > 0) {
      annotations.remove(INIT_CONTAINERS);
      if (annotations.isEmpty()) {
        metadata.remove("annotations");
      }
    }
  }
}
