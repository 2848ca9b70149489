package dev.rheo.resource.rules.workload;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.TreeCopies;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.pod.TemplateValues;
import java.util.List;

/** What an update may change of a job. */
final class JobUpdates {
  private static final String IMMUTABLE = "field is immutable";

  private JobUpdates() {}

  /**
   * @param spec of the new job
   * @param old the stored job
   */
  static void spec(Field spec, Field old) {
    Field before = old.at("spec");
    completions(spec, before);
    PodSets.sameSelector(spec.at("selector"), before.at("selector"));
    template(spec.at("template"), old);
    immutable(spec, before, "completionMode");
    JobPolicies.immutableFailures(spec.at("podFailurePolicy"), before.at("podFailurePolicy"));
    immutable(spec, before, "backoffLimitPerIndex");
    immutable(spec, before, "managedBy");
    JobPolicies.immutableSuccess(spec.at("successPolicy"), before.at("successPolicy"));
  }

  private static void immutable(Field spec, Field before, String name) {
    spec.at(name).immutable(before.at(name));
  }

  /** Those of an indexed job may change with its parallelism. */
  private static void completions(Field spec, Field before) {
    Field completions = spec.at("completions");
    if (!JobSpecs.isIndexed(spec)) {
      completions.immutable(before.at("completions"));
    } else if (completions.present()
        && !completions.same(before.at("completions"))
        && completions.number() != spec.at("parallelism").number()) {
      completions.invalid("can only be modified in tandem with spec.parallelism");
    }
  }

  /** That of a suspended job without pods may change, as far as scheduling is concerned. */
  private static void template(Field template, Field old) {
    boolean suspended = old.at("spec", "suspend").flag();
    boolean idle =
        (old.at("status", "startTime").absent()
                || JobStatusRules.isTrue(old.at("status"), "Suspended"))
            && old.at("status", "active").number() == 0;
    ObjectNode before = old.at("spec", "template").object();
    if (!suspended || !idle) {
      if (!TemplateValues.same(template.node(), before)) {
        template.invalid(TemplateValues.shown(template), IMMUTABLE);
      }
      return;
    }
    ObjectNode spec = template.at("spec").object();
    ObjectNode allowed = TreeCopies.of(Trees.need(before, "spec"));
    scheduling(spec, allowed);
    resources(spec, allowed);
    if (!TemplateValues.sameSpec(spec, allowed)) {
      Field at = template.at("spec");
      at.invalid(TemplateValues.shownSpec(at), IMMUTABLE);
    }
  }

  private static void scheduling(ObjectNode spec, ObjectNode allowed) {
    for (String name : List.of("nodeSelector", "tolerations", "schedulingGates")) {
      Trees.copy(spec, allowed, name);
    }
    ObjectNode affinity = Trees.object(spec, "affinity");
    ObjectNode before = Trees.object(allowed, "affinity");
    if (affinity != null) {
      Trees.copy(affinity, Trees.need(allowed, "affinity"), "nodeAffinity");
    } else if (before != null) {
      before.remove("nodeAffinity");
      if (before.isEmpty()) {
        allowed.remove("affinity");
      }
    }
  }

  /** The resources of containers may change, too. */
  private static void resources(ObjectNode spec, ObjectNode allowed) {
    for (String which : List.of("containers", "initContainers")) {
      List<ObjectNode> now = Trees.objects(spec, which);
      List<ObjectNode> before = Trees.objects(allowed, which);
      for (int i = 0; i < now.size() && now.size() == before.size(); i++) {
        JsonNode name = Trees.get(now.get(i), "name");
        if (name != null && name.equals(Trees.get(before.get(i), "name"))) {
          Trees.copy(now.get(i), before.get(i), "resources");
        }
      }
    }
  }
}
