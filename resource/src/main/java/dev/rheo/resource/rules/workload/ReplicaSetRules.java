package dev.rheo.resource.rules.workload;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.KindRules;
import dev.rheo.resource.rules.kind.LabelSelectors;
import dev.rheo.resource.rules.pod.PodTemplates;
import dev.rheo.resource.type.WriteContext;
import java.util.function.Consumer;

/** Rules for writes of replica sets. */
final class ReplicaSetRules extends KindRules {
  @Override
  public void prepareCreate(ObjectNode object, WriteContext context) {
    PodTemplates.prepare(Trees.object(object, "spec", "template"), null);
  }

  @Override
  public void prepareUpdate(
      ObjectNode object, ObjectNode old, String subresource, WriteContext context) {
    if (subresource.isEmpty()) {
      PodTemplates.prepare(
          Trees.object(object, "spec", "template"), Trees.object(old, "spec", "template"));
    }
  }

  @Override
  protected void checkCreate(Field object) {
    spec(object.at("spec"), object.with(null).at("spec"));
  }

  @Override
  protected void checkUpdate(Field object, Field old) {
    spec(object.at("spec"), old.at("spec"));
    PodSets.sameSelector(object.at("spec", "selector"), old.at("spec", "selector"));
  }

  private static void spec(Field spec, Field old) {
    Counts.notNegative(spec, "replicas", "minReadySeconds");
    Field selector = spec.at("selector");
    PodSets.selector(selector, "deployment");
    if (LabelSelectors.isValid(selector)) {
      if (!LabelSelectors.isEverything(selector)) {
        PodSets.matches(selector, spec.at("template"));
      }
      PodSets.template(spec.at("template"), old.at("template"), "ReplicaSet");
    } else {
      selector.invalid(LabelSelectors.shown(selector.node()), "invalid label selector");
    }
  }

  @Override
  protected void checkSubresource(String subresource, Field object, Field old) {
    status(object.at("status"));
  }

  /** Checks the numbers of replicas, which a ReplicationController has, too. */
  static void status(Field status) {
    Counts.notNegative(
        status,
        "replicas",
        "fullyLabeledReplicas",
        "readyReplicas",
        "availableReplicas",
        "observedGeneration",
        "terminatingReplicas");
    for (String count :
        new String[] {"fullyLabeledReplicas", "readyReplicas", "availableReplicas"}) {
      Counts.atMost(status, count, "replicas", "cannot be greater than status.replicas");
    }
    Counts.atMost(
        status, "availableReplicas", "readyReplicas", "cannot be greater than readyReplicas");
  }

  @Override
  protected void warn(Field object, Field old, Consumer<String> warnings) {
    if (old.absent()) {
      PodSets.warnOfName(object, warnings);
    }
    if (PodSets.isNewGeneration(object, old)) {
      PodTemplates.warn(object.at("spec", "template"), old.at("spec", "template"), warnings);
    }
  }
}
