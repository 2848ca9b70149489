package dev.rheo.resource.rules;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.TreeCopies;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.type.Strategy;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Rules for writes of individual resources that {@link Strategy} cannot express. */
final class ResourceStrategies {
  private static final String TEMPLATE_GENERATION = "deprecated.daemonset.template.generation";

  private ResourceStrategies() {}

  static void create(ObjectNode object, String resource, WriteContext context) {
    switch (resource) {
      case "namespaces" -> {
        object.putObject("status").put("phase", "Active");
        ObjectNode spec = Trees.need(object, "spec");
        if (!Trees.strings(spec, "finalizers").contains("kubernetes")) {
          Trees.needArray(spec, "finalizers").add("kubernetes");
        }
      }
      case "pods" -> PodStrategy.create(object, now(context));
      case "persistentvolumes" ->
          object
              .putObject("status")
              .put("phase", "Pending")
              .put("lastPhaseTransitionTime", now(context));
      case "persistentvolumeclaims" -> dataSource(Trees.need(object, "spec"), false);
      case "serviceaccounts" -> secretReferences(object);
      case "services" -> ServiceStrategy.create(object);
      case "daemonsets.apps" ->
          templateGeneration(object, Math.max(1, Trees.number(object, annotation())));
      case "jobs.batch" -> jobSelector(object);
      case "certificatesigningrequests.certificates.k8s.io" -> requester(object, context);
      case "customresourcedefinitions.apiextensions.k8s.io" -> storedVersion(object);
      case "apiservices.apiregistration.k8s.io" -> {
        if (!Trees.has(Trees.need(object, "spec"), "service")) {
          Trees.needArray(Trees.need(object, "status"), "conditions")
              .addObject()
              .put("type", "Available")
              .put("status", "True")
              .put("lastTransitionTime", now(context))
              .put("reason", "Local")
              .put("message", "Local APIServices are always available");
        }
      }
      default -> {}
    }
  }

  static void update(
      ObjectNode object,
      ObjectNode old,
      String resource,
      String subresource,
      WriteContext context) {
    switch (resource) {
      case "namespaces" -> namespace(object, old, subresource);
      case "pods" -> PodStrategy.update(object, old, subresource);
      case "secrets" -> {
        if (Trees.text(object, "type").isEmpty()) {
          Trees.copy(old, object, "type");
        }
      }
      case "serviceaccounts" -> secretReferences(object);
      case "services" -> {
        if (subresource.isEmpty()) {
          ServiceStrategy.update(object, old);
        }
      }
      case "persistentvolumes" -> {
        if (subresource.equals("status")) {
          phaseTransition(object, old, context);
        }
      }
      case "persistentvolumeclaims" -> {
        if (subresource.isEmpty()) {
          dataSource(Trees.need(object, "spec"), Trees.at(old, "spec", "dataSource") != null);
        }
      }
      case "daemonsets.apps" -> daemonSet(object, old, subresource);
      case "certificatesigningrequests.certificates.k8s.io" ->
          signingRequest(object, old, subresource, context);
      case "customresourcedefinitions.apiextensions.k8s.io" -> {
        if (subresource.isEmpty()) {
          storedVersion(object);
        }
      }
      default -> {}
    }
  }

  private static String now(WriteContext context) {
    return context.now().truncatedTo(ChronoUnit.SECONDS).toString();
  }

  private static void namespace(ObjectNode object, ObjectNode old, String subresource) {
    switch (subresource) {
      case "" -> {
        ObjectNode spec = Trees.need(object, "spec");
        Trees.copy(Trees.need(TreeCopies.of(old), "spec"), spec, "finalizers");
      }
      case "finalize" -> Trees.copy(old, object, "status");
      default -> {}
    }
  }

  private static void secretReferences(ObjectNode account) {
    for (ObjectNode secret : Trees.objects(account, "secrets")) {
      String name = Trees.text(secret, "name");
      secret.removeAll();
      secret.put("name", name);
    }
  }

  private static void phaseTransition(ObjectNode object, ObjectNode old, WriteContext context) {
    ObjectNode status = Trees.need(object, "status");
    String time = Trees.text(status, "lastPhaseTransitionTime");
    String oldTime = Trees.text(old, "status", "lastPhaseTransitionTime");
    boolean same = Trees.text(status, "phase").equals(Trees.text(old, "status", "phase"));
    if (same && time.isEmpty() && !oldTime.isEmpty()) {
      status.put("lastPhaseTransitionTime", oldTime);
    } else if (!same && (time.isEmpty() || time.equals(oldTime))) {
      status.put("lastPhaseTransitionTime", now(context));
    }
  }

  /** Keeps {@code dataSource} and its successor {@code dataSourceRef} consistent. */
  private static void dataSource(ObjectNode spec, boolean inUse) {
    ObjectNode source = Trees.object(spec, "dataSource");
    ObjectNode reference = Trees.object(spec, "dataSourceRef");
    if (source != null && reference == null && !inUse && !isClaimOrSnapshot(source)) {
      spec.remove("dataSource");
      return;
    }
    if (source != null && reference == null) {
      spec.set("dataSourceRef", typedReference(source));
    } else if (reference != null
        && source == null
        && Trees.text(reference, "namespace").isEmpty()) {
      spec.set("dataSource", typedReference(reference));
    }
  }

  private static boolean isClaimOrSnapshot(ObjectNode source) {
    String group = Trees.text(source, "apiGroup");
    return switch (Trees.text(source, "kind")) {
      case "PersistentVolumeClaim" -> group.isEmpty();
      case "VolumeSnapshot" -> group.equals("snapshot.storage.k8s.io");
      default -> false;
    };
  }

  private static ObjectNode typedReference(ObjectNode from) {
    ObjectNode reference = from.objectNode();
    for (String field : new String[] {"apiGroup", "kind", "name"}) {
      Trees.copy(from, reference, field);
    }
    return reference;
  }

  private static String[] annotation() {
    return new String[] {"metadata", "annotations", TEMPLATE_GENERATION};
  }

  private static void templateGeneration(ObjectNode set, long generation) {
    Trees.need(Trees.metadata(set), "annotations")
        .put(TEMPLATE_GENERATION, Long.toString(generation));
  }

  private static void daemonSet(ObjectNode object, ObjectNode old, String subresource) {
    long generation = Trees.number(old, annotation());
    if (subresource.isEmpty()) {
      JsonNode before = Trees.at(old, "spec", "template");
      JsonNode after = Trees.at(object, "spec", "template");
      if (before != null && !Trees.same(before, after)) {
        generation++;
      }
    }
    templateGeneration(object, generation);
  }

  /** Selects the pods of a job by the job's uid, unless {@code manualSelector} is set. */
  private static void jobSelector(ObjectNode job) {
    ObjectNode spec = Trees.need(job, "spec");
    if (Trees.flag(spec, "manualSelector")) {
      return;
    }
    String uid = Trees.text(job, "metadata", "uid");
    String name = Trees.name(job);
    ObjectNode labels = Trees.need(Trees.need(Trees.need(spec, "template"), "metadata"), "labels");
    // labels defaulted from the template are one map in upstream, so both get the additions
    ObjectNode own = Trees.object(job, "metadata", "labels");
    boolean shared = own != null && own.equals(labels);
    for (String prefix : new String[] {"", "batch.kubernetes.io/"}) {
      putAbsent(labels, prefix + "job-name", name);
      putAbsent(labels, prefix + "controller-uid", uid);
    }
    if (shared) {
      Trees.metadata(job).set("labels", TreeCopies.of(labels));
    }
    ObjectNode matchLabels = Trees.need(Trees.need(spec, "selector"), "matchLabels");
    putAbsent(matchLabels, "batch.kubernetes.io/controller-uid", uid);
  }

  private static void putAbsent(ObjectNode node, String field, String value) {
    if (!Trees.has(node, field)) {
      node.put(field, value);
    }
  }

  /** Sets the requester of a certificate from the authenticated user; the client cannot set it. */
  private static void requester(ObjectNode request, WriteContext context) {
    ObjectNode spec = Trees.need(request, "spec");
    spec.remove(List.of("username", "uid", "groups", "extra"));
    if (!context.user().isEmpty()) {
      spec.put("username", context.user()).put("uid", context.uid());
      ArrayNode groups = spec.putArray("groups");
      context.groups().forEach(groups::add);
      if (!context.extra().isEmpty()) {
        ObjectNode extra = spec.putObject("extra");
        context.extra().forEach((key, values) -> values.forEach(Trees.needArray(extra, key)::add));
      }
    }
  }

  private static void signingRequest(
      ObjectNode object, ObjectNode old, String subresource, WriteContext context) {
    Trees.copy(old, object, "spec");
    if (subresource.isEmpty()) {
      return;
    }
    if (subresource.equals("status")) {
      keepConditions(object, old, "Approved");
      keepConditions(object, old, "Denied");
    }
    Map<String, String> transitions = transitions(old);
    for (ObjectNode condition : conditions(object)) {
      Trees.putText(condition, "lastUpdateTime", now(context));
      Trees.putText(
          condition,
          "lastTransitionTime",
          transitions.getOrDefault(stateOf(condition), now(context)));
    }
    if (subresource.equals("approval")) {
      JsonNode conditions = Trees.at(object, "status", "conditions");
      Trees.copy(old, object, "status");
      ObjectNode status = Trees.need(object, "status");
      if (conditions != null) {
        status.set("conditions", conditions);
      } else {
        // Validation refuses to forget what was decided.
        status.remove("conditions");
      }
    }
  }

  /** The known transition times of conditions, by {@link #stateOf}. */
  private static Map<String, String> transitions(ObjectNode old) {
    Map<String, String> transitions = new HashMap<>();
    for (ObjectNode condition : conditions(old)) {
      String time = Trees.text(condition, "lastTransitionTime");
      if (!time.isEmpty()) {
        transitions.putIfAbsent(stateOf(condition), time);
      }
    }
    return transitions;
  }

  private static String stateOf(ObjectNode condition) {
    return Trees.text(condition, "type") + '\0' + Trees.text(condition, "status");
  }

  /**
   * Restores the conditions of a type, which writes of {@code /status} must not change. Conditions
   * that were added or removed stay as the write has them.
   */
  private static void keepConditions(ObjectNode object, ObjectNode old, String type) {
    List<ObjectNode> before = ofType(old, type);
    List<ObjectNode> after = ofType(object, type);
    if (before.size() == after.size()) {
      for (int i = 0; i < after.size(); i++) {
        after.get(i).removeAll();
        after.get(i).setAll(TreeCopies.of(before.get(i)));
      }
    }
  }

  private static List<ObjectNode> ofType(ObjectNode object, String type) {
    return conditions(object).stream()
        .filter(condition -> Trees.text(condition, "type").equals(type))
        .toList();
  }

  private static List<ObjectNode> conditions(ObjectNode object) {
    return Trees.objects(object, "status", "conditions");
  }

  private static void storedVersion(ObjectNode definition) {
    for (ObjectNode version : Trees.objects(definition, "spec", "versions")) {
      if (Trees.flag(version, "storage")) {
        String name = Trees.text(version, "name");
        ObjectNode status = Trees.need(definition, "status");
        if (!Trees.strings(status, "storedVersions").contains(name)) {
          Trees.needArray(status, "storedVersions").add(name);
        }
        return;
      }
    }
  }
}
