package dev.rheo.resource.rules.workload;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.FieldError;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.GoValues;
import dev.rheo.resource.rules.kind.KindRules;
import dev.rheo.resource.rules.kind.LabelSelectors;
import dev.rheo.resource.rules.pod.PodTemplates;
import dev.rheo.resource.rules.pod.TemplateValues;
import dev.rheo.resource.type.WriteContext;
import java.util.List;
import java.util.function.Consumer;

/** Rules for writes of daemon sets. */
final class DaemonSetRules extends KindRules {
  /** Counts the changes of the template; upstream's internal type has a field for it. */
  private static final String TEMPLATE_GENERATION = "deprecated.daemonset.template.generation";

  private static final String[] ANNOTATION = {"metadata", "annotations", TEMPLATE_GENERATION};

  @Override
  public void prepareCreate(ObjectNode object, WriteContext context) {
    templateGeneration(object, Math.max(1, Trees.number(object, ANNOTATION)));
    PodTemplates.prepare(Trees.object(object, "spec", "template"), null);
  }

  @Override
  public void prepareUpdate(
      ObjectNode object, ObjectNode old, String subresource, WriteContext context) {
    long generation = Trees.number(old, ANNOTATION);
    if (subresource.isEmpty()) {
      PodTemplates.prepare(
          Trees.object(object, "spec", "template"), Trees.object(old, "spec", "template"));
      JsonNode before = Trees.at(old, "spec", "template");
      JsonNode after = Trees.at(object, "spec", "template");
      if (before != null && !TemplateValues.same(before, after)) {
        generation++;
      }
    }
    templateGeneration(object, generation);
  }

  private static void templateGeneration(ObjectNode set, long generation) {
    Trees.need(Trees.metadata(set), "annotations")
        .put(TEMPLATE_GENERATION, Long.toString(generation));
  }

  @Override
  protected void checkCreate(Field object) {
    spec(object.at("spec"), object.with(null).at("spec"));
  }

  @Override
  protected void checkUpdate(Field object, Field old) {
    PodSets.sameSelector(object.at("spec", "selector"), old.at("spec", "selector"));
    spec(object.at("spec"), old.at("spec"));
  }

  private static void spec(Field spec, Field old) {
    Field selector = spec.at("selector");
    LabelSelectors.validate(selector, LabelSelectors.hasInvalidValue(old.at("selector")));
    Field template = spec.at("template");
    if (LabelSelectors.isValid(selector)) {
      PodSets.matches(selector, template);
    }
    PodSets.notEverything(selector, "daemonset");
    PodSets.template(template, old.at("template"), "DaemonSet");
    spec.at("minReadySeconds").notNegative();
    strategy(spec.at("updateStrategy"));
    spec.at("revisionHistoryLimit").notNegative();
  }

  private static void strategy(Field strategy) {
    switch (strategy.at("type").text()) {
      case "OnDelete" -> {}
      case "RollingUpdate" -> rolling(strategy.at("rollingUpdate"));
      default ->
          strategy.fault(
              FieldError.notSupported(
                  strategy.path(),
                  GoValues.of("apps.DaemonSetUpdateStrategy", strategy.node()),
                  List.of("RollingUpdate", "OnDelete")));
    }
  }

  private static void rolling(Field rolling) {
    Field unavailable = rolling.at("maxUnavailable");
    Field surge = rolling.at("maxSurge");
    IntOrPercent.validate(unavailable);
    IntOrPercent.validate(surge);
    IntOrPercent.atMostWhole(unavailable);
    IntOrPercent.atMostWhole(surge);
    boolean surges = !IntOrPercent.isZero(surge);
    if (IntOrPercent.isZero(unavailable)) {
      if (!surges) {
        unavailable.required("cannot be 0 when maxSurge is 0");
      }
    } else if (surges) {
      surge.invalid("may not be set when maxUnavailable is non-zero");
    }
  }

  @Override
  protected void checkSubresource(String subresource, Field object, Field old) {
    Field status = object.at("status");
    Counts.notNegative(
        status,
        "currentNumberScheduled",
        "numberMisscheduled",
        "desiredNumberScheduled",
        "numberReady",
        "observedGeneration",
        "updatedNumberScheduled",
        "numberAvailable",
        "numberUnavailable",
        "collisionCount");
    Counts.notDecremented(status.at("collisionCount"), old.at("status", "collisionCount"));
  }

  @Override
  protected void warn(Field object, Field old, Consumer<String> warnings) {
    if (old.absent() || !object.at(ANNOTATION).same(old.at(ANNOTATION))) {
      PodTemplates.warn(object.at("spec", "template"), old.at("spec", "template"), warnings);
    }
  }
}
