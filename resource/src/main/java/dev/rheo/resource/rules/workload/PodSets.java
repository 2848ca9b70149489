package dev.rheo.resource.rules.workload;

import dev.rheo.api.name.Names;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.LabelSelectors;
import dev.rheo.resource.rules.pod.PodTemplates;
import java.util.List;
import java.util.function.Consumer;

/** What kinds that keep a number of pods have in common: a selector and a template. */
final class PodSets {
  private static final String MISMATCH = "`selector` does not match template `labels`";

  private PodSets() {}

  /**
   * Demands a selector that selects something.
   *
   * @param kind the name in the message
   */
  static void selector(Field selector, String kind) {
    if (selector.absent()) {
      selector.required("");
      return;
    }
    LabelSelectors.validate(selector);
    notEverything(selector, kind);
  }

  /**
   * Checks the selector and the template of a Deployment or of a ReplicaSet, whose pods belong to a
   * ReplicaSet; upstream calls both selectors that of a deployment.
   */
  static void replicas(Field spec, Field old) {
    Field selector = spec.at("selector");
    selector(selector, "deployment");
    if (LabelSelectors.isValid(selector)) {
      if (!LabelSelectors.isEverything(selector)) {
        matches(selector, spec.at("template"));
      }
      template(spec.at("template"), old.at("template"), "ReplicaSet");
    } else {
      selector.invalid(LabelSelectors.shown(selector.node()), "invalid label selector");
    }
  }

  /**
   * Checks that of all replicas no more are in a state than there are.
   *
   * @param state one that the kind has besides {@code readyReplicas} and {@code availableReplicas}
   */
  static void atMostReplicas(Field status, String state) {
    for (String count : new String[] {state, "readyReplicas", "availableReplicas"}) {
      Counts.atMost(status, count, "replicas", "cannot be greater than status.replicas");
    }
    Counts.atMost(
        status, "availableReplicas", "readyReplicas", "cannot be greater than readyReplicas");
  }

  static void notEverything(Field selector, String kind) {
    if (LabelSelectors.isEverything(selector)) {
      selector.invalid(
          LabelSelectors.shown(selector.node()), "empty selector is invalid for " + kind);
    }
  }

  /** Demands that the selector selects the pods of the template. It can be evaluated. */
  static void matches(Field selector, Field template) {
    Field labels = template.at("metadata", "labels");
    if (!LabelSelectors.matches(selector, labels)) {
      mismatch(labels);
    }
  }

  static void mismatch(Field labels) {
    labels.invalid(LabelSelectors.shownLabels(labels.node()), MISMATCH);
  }

  /**
   * Checks the template of pods that run forever.
   *
   * @param kind the name in the message
   */
  static void template(Field template, Field old, String kind) {
    PodTemplates.validate(template, old);
    running(template, kind);
  }

  /** Demands that pods of the template run forever. */
  static void running(Field template, String kind) {
    Field restart = template.at("spec", "restartPolicy");
    restart.oneOf(List.of("Always"));
    Field deadline = template.at("spec", "activeDeadlineSeconds");
    if (deadline.present()) {
      deadline.forbidden("activeDeadlineSeconds in " + kind + " is not Supported");
    }
  }

  /** Demands the selector of before. */
  static void sameSelector(Field selector, Field before) {
    if (selector.present() != before.present() || !selector.same(before)) {
      selector.invalid(LabelSelectors.shown(selector.node()), "field is immutable");
    }
  }

  /** Tells that a name is none that pods can have. */
  static void warnOfName(Field object, Consumer<String> warnings) {
    List<String> faults = Names.dnsLabel(object.at("metadata", "name").text());
    if (!faults.isEmpty()) {
      warnings.accept(
          "metadata.name: this is used in Pod names and hostnames, which can result in surprising"
              + " behavior; a DNS label is recommended: ["
              + String.join(" ", faults)
              + "]");
    }
  }

  /** Whether a create or this update made another generation, so that the template may be new. */
  static boolean isNewGeneration(Field object, Field old) {
    return old.absent()
        || object.at("metadata", "generation").number()
            != old.at("metadata", "generation").number();
  }
}
