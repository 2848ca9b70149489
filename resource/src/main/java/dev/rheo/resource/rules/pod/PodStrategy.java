package dev.rheo.resource.rules.pod;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.Excerpt;
import dev.rheo.codec.io.Meter;
import dev.rheo.codec.tree.TreeCopies;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.defaults.PodResources;
import dev.rheo.resource.rules.kind.MetadataValidation;
import dev.rheo.resource.type.WriteContext;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rules for writes of pods. */
final class PodStrategy {
  private static final List<String> PREFERRED_AND_REQUIRED =
      List.of(
          "preferredDuringSchedulingIgnoredDuringExecution",
          "requiredDuringSchedulingIgnoredDuringExecution");

  /** Heap taken by a one-value expression, in bytes; the key that adds it may be far shorter. */
  private static final int EXPRESSION = 640;

  private PodStrategy() {}

  static void create(ObjectNode pod, WriteContext context) {
    ObjectNode spec = Trees.need(pod, "spec");
    PodAnnotations.dropInitContainers(Trees.object(pod, "metadata"));
    gracePeriod(spec);
    DisabledFields.drop(spec, null);
    ObjectNode status =
        pod.putObject("status")
            .put("phase", "Pending")
            .put("qosClass", PodResources.qosClass(spec));
    if (!Trees.isEmpty(spec, "schedulingGates")) {
      status
          .putArray("conditions")
          .addObject()
          .put("type", "PodScheduled")
          .put("status", "False")
          .put("lastTransitionTime", context.seconds())
          .put("reason", "SchedulingGated")
          .put("message", "Scheduling is blocked due to non-empty scheduling gates");
    }
    ObjectNode labels = Trees.object(pod, "metadata", "labels");
    for (String affinity : new String[] {"podAffinity", "podAntiAffinity"}) {
      for (String which : PREFERRED_AND_REQUIRED) {
        for (ObjectNode term : Trees.objects(spec, "affinity", affinity, which)) {
          ObjectNode weighted = Trees.object(term, "podAffinityTerm");
          labelKeys(weighted == null ? term : weighted, labels);
        }
      }
    }
    for (ObjectNode constraint : Trees.objects(spec, "topologySpreadConstraints")) {
      labelKeys(constraint, labels);
    }
    if (!Trees.text(spec, "os", "name").equals("windows")) {
      appArmor(spec, Trees.object(pod, "metadata", "annotations"), context);
    }
  }

  /** A negative period, which older servers took, is the shortest one. */
  private static void gracePeriod(ObjectNode spec) {
    if (Trees.number(spec, "terminationGracePeriodSeconds") < 0) {
      spec.put("terminationGracePeriodSeconds", 1);
    }
  }

  /** Sets the AppArmor profiles that older clients give as annotations. */
  private static void appArmor(
      ObjectNode spec, @Nullable ObjectNode annotations, WriteContext context) {
    if (annotations == null) {
      return;
    }
    JsonNode ofPod = Trees.at(spec, "securityContext", "appArmorProfile");
    for (String list : Containers.LISTS) {
      for (ObjectNode container : Trees.objects(spec, list)) {
        String key = ProfileAnnotations.APP_ARMOR + Trees.text(container, "name");
        JsonNode annotation = Trees.get(annotations, key);
        if (annotation == null
            || Trees.at(container, "securityContext", "appArmorProfile") != null) {
          continue;
        }
        ObjectNode profile = ProfileAnnotations.validAppArmorField(annotation.asText());
        if (profile == null || !Trees.same(profile, ofPod)) {
          context.warn(
              "metadata.annotations["
                  + Excerpt.text(key)
                  + "]: "
                  + ProfileAnnotations.APP_ARMOR_DEPRECATED);
        }
        if (profile != null && !Trees.same(profile, ofPod)) {
          Trees.need(container, "securityContext").set("appArmorProfile", profile);
        }
      }
    }
  }

  /**
   * Adds expressions with the pod's own label values for {@code matchLabelKeys} and {@code
   * mismatchLabelKeys} (KEP-3633, KEP-3243).
   */
  private static void labelKeys(ObjectNode term, @Nullable ObjectNode labels) {
    ObjectNode selector = Trees.object(term, "labelSelector");
    if (selector == null || labels == null) {
      return;
    }
    expressions(selector, Trees.strings(term, "matchLabelKeys"), "In", labels);
    expressions(selector, Trees.strings(term, "mismatchLabelKeys"), "NotIn", labels);
  }

  private static void expressions(
      ObjectNode selector, List<String> keys, String operator, ObjectNode labels) {
    Meter.Tally tally = Meter.tally();
    for (String key : keys) {
      JsonNode value = Trees.get(labels, key);
      if (value != null) {
        tally.add(EXPRESSION);
        Trees.needArray(selector, "matchExpressions")
            .addObject()
            .put("key", key)
            .put("operator", operator)
            .putArray("values")
            .add(value.asText());
      }
    }
    tally.settle();
  }

  static void update(ObjectNode pod, ObjectNode old, String subresource) {
    prepare(pod, old, subresource);
    PodAnnotations.dropInitContainers(Trees.object(pod, "metadata"));
    gracePeriod(Trees.need(pod, "spec"));
    DisabledFields.drop(Trees.object(pod, "spec"), Trees.object(old, "spec"));
    if (subresource.equals("status")) {
      DisabledFields.dropStatus(Trees.object(pod, "status"), Trees.object(old, "status"));
    }
  }

  private static void prepare(ObjectNode pod, ObjectNode old, String subresource) {
    switch (subresource) {
      case "status" -> status(pod, old);
      case "ephemeralcontainers" -> {
        ObjectNode given = Trees.need(pod, "spec");
        keepAll(pod, old);
        Trees.copy(given, Trees.need(pod, "spec"), "ephemeralContainers");
      }
      case "resize" -> resize(pod, old);
      default -> {}
    }
  }

  private static void status(ObjectNode pod, ObjectNode old) {
    ObjectNode metadata = Trees.metadata(pod);
    metadata.remove("deletionTimestamp");
    Trees.copy(Trees.metadata(old), metadata, "ownerReferences");
    ObjectNode status = Trees.need(pod, "status");
    ObjectNode oldStatus = Trees.need(TreeCopies.of(old), "status");
    if (Trees.text(status, "qosClass").isEmpty()) {
      Trees.copy(oldStatus, status, "qosClass");
    }
    if (Trees.number(status, "observedGeneration") == 0) {
      Trees.copy(oldStatus, status, "observedGeneration");
    }
    Map<String, Deque<ObjectNode>> before = new HashMap<>();
    for (ObjectNode condition : Trees.objects(oldStatus, "conditions")) {
      before
          .computeIfAbsent(Trees.text(condition, "type"), any -> new ArrayDeque<>())
          .add(condition);
    }
    for (ObjectNode condition : Trees.objects(status, "conditions")) {
      Deque<ObjectNode> same = before.get(Trees.text(condition, "type"));
      ObjectNode known = same == null ? null : same.poll();
      if (known != null && Trees.number(condition, "observedGeneration") == 0) {
        Trees.copy(known, condition, "observedGeneration");
      }
    }
  }

  /** Takes only the containers' resources and resize policies, and the pod-level resources. */
  private static void resize(ObjectNode pod, ObjectNode old) {
    ObjectNode spec = TreeCopies.of(Trees.need(pod, "spec"));
    for (String which : new String[] {"containers", "initContainers"}) {
      if (Trees.objects(spec, which).size() != Trees.objects(old, "spec", which).size()) {
        // validation refuses the difference
        return;
      }
    }
    keepAll(pod, old);
    ObjectNode kept = Trees.need(pod, "spec");
    Trees.copy(spec, kept, "resources");
    for (String which : new String[] {"containers", "initContainers"}) {
      List<ObjectNode> from = Trees.objects(spec, which);
      List<ObjectNode> to = Trees.objects(kept, which);
      if (!sameNames(from, to)) {
        // validation refuses the difference
        if (spec.get(which) instanceof ArrayNode given) {
          kept.set(which, given);
        }
        continue;
      }
      for (int i = 0; i < to.size(); i++) {
        Trees.copy(from.get(i), to.get(i), "resources");
        Trees.copy(from.get(i), to.get(i), "resizePolicy");
      }
    }
  }

  private static boolean sameNames(List<ObjectNode> a, List<ObjectNode> b) {
    return a.stream()
        .map(container -> Trees.text(container, "name"))
        .toList()
        .equals(b.stream().map(container -> Trees.text(container, "name")).toList());
  }

  private static void keepAll(ObjectNode pod, ObjectNode old) {
    Trees.copy(old, pod, "spec");
    Trees.copy(old, pod, "status");
    ObjectNode metadata = Trees.metadata(pod);
    MetadataValidation.KEPT.forEach(field -> Trees.copy(Trees.metadata(old), metadata, field));
  }
}
