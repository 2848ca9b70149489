package dev.rheo.resource.rules.workload;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.Excerpt;
import dev.rheo.api.status.FieldError;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.LabelSelectors;
import dev.rheo.resource.rules.pod.PodTemplates;
import java.util.function.Consumer;

/** Rules for writes of replication controllers. */
final class ReplicationControllerRules extends PodSetRules {
  /** Annotations of objects that once were converted from a kind that can express more. */
  private static final String NOT_CONVERTIBLE = "non-convertible.kubernetes.io";

  @Override
  protected void checkUpdate(Field object, Field old) {
    spec(object.at("spec"), old.at("spec"));
    for (Field annotation : old.at("metadata", "annotations").entries()) {
      notConvertible(annotation, object.at("spec", "selector"), old.at("spec", "selector"));
    }
  }

  private static void notConvertible(Field annotation, Field selector, Field oldSelector) {
    String key = annotation.name();
    int slash = key.indexOf('/');
    if (!key.startsWith(NOT_CONVERTIBLE) || slash < 0 || slash != key.lastIndexOf('/')) {
      return;
    }
    String field = key.substring(slash + 1);
    if (!field.contains("selector")) {
      annotation.fault(
          new FieldError(
              "FieldValueNotFound",
              field,
              "Not found: "
                  + Excerpt.quoted(annotation.text())
                  + ": unknown non-convertible field"));
    } else if (!selector.same(oldSelector)) {
      selector.invalid(
          LabelSelectors.shownLabels(selector.node()), "cannot update non-convertible selector");
    }
  }

  @Override
  void spec(Field spec, Field old) {
    spec.at("minReadySeconds").notNegative();
    Field selector = spec.at("selector");
    selector.need("");
    Field replicas = spec.at("replicas");
    if (replicas.absent()) {
      replicas.required("");
    }
    replicas.notNegative();
    Field template = spec.at("template");
    if (template.absent()) {
      template.required("");
      return;
    }
    JsonNode labels = template.at("metadata", "labels").node();
    if (!LabelSelectors.containsAll(
        labels instanceof ObjectNode map ? map : null, selector.object())) {
      PodSets.mismatch(template.at("metadata", "labels"));
    }
    PodSets.template(template, old.at("template"), "ReplicationController");
  }

  @Override
  protected void checkSubresource(String subresource, Field object, Field old) {
    ReplicaSetRules.status(object.at("status"));
  }

  @Override
  protected void warn(Field object, Field old, Consumer<String> warnings) {
    Field template = object.at("spec", "template");
    if (old.absent()) {
      PodSets.warnOfName(object, warnings);
      PodTemplates.warn(template, old.at("spec", "template"), warnings);
    } else if (PodSets.isNewGeneration(object, old)) {
      // upstream takes the one for the other, so it warns of what the old template has
      PodTemplates.warn(old.at("spec", "template"), template, warnings);
    }
  }
}
