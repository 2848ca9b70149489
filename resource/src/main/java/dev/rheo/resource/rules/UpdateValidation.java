package dev.rheo.resource.rules;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.FieldError;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.codec.tree.TreeCopies;
import dev.rheo.codec.tree.Trees;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/** Validates updates, where the rule depends on more than one field. */
final class UpdateValidation {
  private static final String WHEN_IMMUTABLE = "field is immutable when `immutable` is set";

  /** Fields of a PersistentVolume's spec other than the volume source. */
  private static final Set<String> VOLUME_FIELDS =
      Set.of(
          "capacity",
          "accessModes",
          "claimRef",
          "persistentVolumeReclaimPolicy",
          "storageClassName",
          "mountOptions",
          "volumeMode",
          "nodeAffinity",
          "volumeAttributesClassName");

  private UpdateValidation() {}

  static void validate(ObjectNode object, ObjectNode old, String resource, FieldErrors errors) {
    switch (resource) {
      case "configmaps", "secrets" -> immutableData(object, old, errors);
      case "pods" -> pod(Trees.need(object, "spec"), Trees.need(old, "spec"), errors);
      case "services" -> service(object, old, errors);
      case "nodes" -> node(object, old, errors);
      case "persistentvolumes" -> {
        if (!Trees.same(source(object), source(old))) {
          errors.add(
              FieldError.forbidden(
                  "spec.persistentvolumesource",
                  "spec.persistentvolumesource is immutable after creation"));
        }
      }
      case "persistentvolumeclaims" -> claim(object, old, errors);
      case "jobs.batch" -> job(object, old, errors);
      case "clusterrolebindings.rbac.authorization.k8s.io",
          "rolebindings.rbac.authorization.k8s.io" ->
          roleRef(object, old, errors);
      default -> {}
    }
  }

  static void validateStatus(ObjectNode object, String resource, FieldErrors errors) {
    if (resource.equals("namespaces")) {
      boolean deleting = !Trees.text(object, "metadata", "deletionTimestamp").isEmpty();
      String phase = Trees.text(object, "status", "phase");
      String only = deleting ? "Terminating" : "Active";
      if (!phase.equals(only)) {
        errors.add(
            FieldError.invalid(
                "status.Phase",
                phase,
                "may only be '"
                    + only
                    + "' if `deletionTimestamp` is "
                    + (deleting ? "not empty" : "empty")));
      }
    }
    if (resource.equals("services")
        && !Trees.text(object, "spec", "type").equals("LoadBalancer")
        && !Trees.isEmpty(object, "status", "loadBalancer", "ingress")) {
      errors.add(
          FieldError.forbidden(
              "status.loadBalancer.ingress",
              "may only be used when `spec.type` is 'LoadBalancer'"));
    }
  }

  private static void immutableData(ObjectNode object, ObjectNode old, FieldErrors errors) {
    if (!Trees.flag(old, "immutable")) {
      return;
    }
    if (!Trees.flag(object, "immutable")) {
      errors.add(FieldError.forbidden("immutable", WHEN_IMMUTABLE));
    }
    for (String field : new String[] {"data", "binaryData"}) {
      if (!ImmutableFields.same(Trees.get(object, field), Trees.get(old, field))) {
        errors.add(FieldError.forbidden(field, WHEN_IMMUTABLE));
      }
    }
  }

  private static void pod(ObjectNode spec, ObjectNode old, FieldErrors errors) {
    for (String which : new String[] {"containers", "initContainers"}) {
      if (Trees.objects(spec, which).size() != Trees.objects(old, which).size()) {
        errors.add(
            FieldError.forbidden("spec." + which, "pod updates may not add or remove containers"));
        return;
      }
    }
    JsonNode deadline = Trees.get(spec, "activeDeadlineSeconds");
    JsonNode oldDeadline = Trees.get(old, "activeDeadlineSeconds");
    if (oldDeadline != null) {
      if (deadline == null) {
        errors.add(
            FieldError.invalid(
                "spec.activeDeadlineSeconds",
                "null",
                "must not update from a positive integer to nil value"));
      } else if (deadline.asLong() > oldDeadline.asLong()) {
        errors.add(
            FieldError.invalid(
                "spec.activeDeadlineSeconds",
                deadline,
                "must be less than or equal to previous value"));
      }
    }
    if (!untimedTolerations(spec).containsAll(untimedTolerations(old))) {
      errors.add(
          FieldError.forbidden(
              "spec.tolerations",
              "existing toleration can not be modified except its tolerationSeconds"));
    }
    boolean gated = !Trees.isEmpty(old, "schedulingGates");
    if (!identities(old, "schedulingGates").containsAll(identities(spec, "schedulingGates"))) {
      errors.add(
          FieldError.forbidden(
              "spec.schedulingGates", "only deletion is allowed, but found new scheduling gate"));
    }
    ObjectNode now = mutableRemoved(spec, gated);
    ObjectNode before = mutableRemoved(old, gated);
    if (Trees.number(old, "terminationGracePeriodSeconds") < 0
        && Trees.number(spec, "terminationGracePeriodSeconds") == 1) {
      now.remove("terminationGracePeriodSeconds");
      before.remove("terminationGracePeriodSeconds");
    }
    if (!Trees.same(now, before)) {
      errors.add(
          FieldError.forbidden(
              "spec",
              "pod updates may not change fields other than"
                  + " `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations`"
                  + " (only additions to existing tolerations),`spec.terminationGracePeriodSeconds`"
                  + " (allow it to be set to 1 if it was previously negative)"));
    }
  }

  private static Set<String> untimedTolerations(ObjectNode spec) {
    return Trees.objects(spec, "tolerations").stream()
        .map(toleration -> TreeCopies.of(toleration).<ObjectNode>without("tolerationSeconds"))
        .map(Trees::identity)
        .collect(Collectors.toSet());
  }

  private static Set<String> identities(ObjectNode spec, String list) {
    return Trees.objects(spec, list).stream().map(Trees::identity).collect(Collectors.toSet());
  }

  private static ObjectNode mutableRemoved(ObjectNode spec, boolean gated) {
    ObjectNode copy = TreeCopies.of(spec);
    copy.remove(List.of("activeDeadlineSeconds", "tolerations", "schedulingGates"));
    for (String which : new String[] {"containers", "initContainers"}) {
      Trees.objects(copy, which).forEach(container -> container.remove("image"));
    }
    if (gated) {
      copy.remove("nodeSelector");
      ObjectNode affinity = Trees.object(copy, "affinity");
      if (affinity != null && affinity.without("nodeAffinity").isEmpty()) {
        copy.remove("affinity");
      }
    }
    return copy;
  }

  private static void service(ObjectNode object, ObjectNode old, FieldErrors errors) {
    List<String> before = Trees.strings(old, "spec", "clusterIPs");
    List<String> now = Trees.strings(object, "spec", "clusterIPs");
    boolean stays =
        !Trees.text(old, "spec", "type").equals("ExternalName")
            && !Trees.text(object, "spec", "type").equals("ExternalName");
    if (stays
        && !before.isEmpty()
        && !before.getFirst().isEmpty()
        && (now.isEmpty() || !now.getFirst().equals(before.getFirst()))) {
      errors.add(FieldError.invalid("spec.clusterIPs[0]", now, "may not change once set"));
    }
  }

  private static void node(ObjectNode object, ObjectNode old, FieldErrors errors) {
    JsonNode before = Trees.at(old, "spec", "podCIDRs");
    if (before != null
        && !before.isEmpty()
        && !before.equals(Trees.at(object, "spec", "podCIDRs"))) {
      errors.add(
          FieldError.forbidden(
              "spec.podCIDRs", "node updates may not change podCIDR except from \"\" to valid"));
    }
    String provider = Trees.text(old, "spec", "providerID");
    if (!provider.isEmpty() && !provider.equals(Trees.text(object, "spec", "providerID"))) {
      errors.add(
          FieldError.forbidden(
              "spec.providerID",
              "node updates may not change providerID except from \"\" to valid"));
    }
  }

  private static ObjectNode source(ObjectNode volume) {
    ObjectNode spec = Trees.object(volume, "spec");
    return spec == null
        ? JsonNodeFactory.instance.objectNode()
        : TreeCopies.of(spec).remove(VOLUME_FIELDS);
  }

  private static void claim(ObjectNode object, ObjectNode old, FieldErrors errors) {
    ObjectNode spec = TreeCopies.of(Trees.need(object, "spec"));
    ObjectNode before = TreeCopies.of(Trees.need(old, "spec"));
    if (Trees.text(before, "volumeName").isEmpty()) {
      spec.remove("volumeName");
      before.remove("volumeName");
    }
    if (!Trees.has(before, "storageClassName")) {
      spec.remove("storageClassName");
    }
    if (Trees.text(object, "status", "phase").equals("Bound")) {
      for (ObjectNode one : List.of(spec, before)) {
        one.remove("volumeAttributesClassName");
        ObjectNode requests = Trees.object(one, "resources", "requests");
        if (requests != null) {
          requests.remove("storage");
        }
      }
    }
    if (!Trees.same(spec, before)) {
      errors.add(
          FieldError.forbidden(
              "spec",
              "spec is immutable after creation except resources.requests and"
                  + " volumeAttributesClassName for bound claims"));
    }
  }

  private static void job(ObjectNode object, ObjectNode old, FieldErrors errors) {
    JsonNode completions = Trees.at(object, "spec", "completions");
    boolean indexed = Trees.text(old, "spec", "completionMode").equals("Indexed");
    // an indexed job may change completions together with parallelism (KEP-3715)
    boolean elastic =
        indexed && Objects.equals(completions, Trees.at(object, "spec", "parallelism"));
    if (!elastic && !ImmutableFields.same(completions, Trees.at(old, "spec", "completions"))) {
      errors.add(
          FieldError.invalid(
              "spec.completions", ImmutableFields.show(completions), "field is immutable"));
    }
    JsonNode template = Trees.at(object, "spec", "template");
    boolean started =
        !Trees.flag(old, "spec", "suspend") || Trees.at(old, "status", "startTime") != null;
    if (started && !ImmutableFields.same(template, Trees.at(old, "spec", "template"))) {
      errors.add(
          FieldError.invalid(
              "spec.template", ImmutableFields.show(template), "field is immutable"));
    }
  }

  private static void roleRef(ObjectNode object, ObjectNode old, FieldErrors errors) {
    JsonNode now = Trees.get(object, "roleRef");
    if (now != null && !Trees.same(now, Trees.get(old, "roleRef"))) {
      ObjectNode shown = JsonNodeFactory.instance.objectNode();
      for (Map.Entry<String, String> field :
          List.of(
              Map.entry("apiGroup", "APIGroup"),
              Map.entry("kind", "Kind"),
              Map.entry("name", "Name"))) {
        shown.put(field.getValue(), Trees.text(now, field.getKey()));
      }
      errors.add(FieldError.invalid("roleRef", shown, "cannot change roleRef"));
    }
  }
}
