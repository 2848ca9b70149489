package dev.rheo.resource.rules.pod;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.defaults.PodResources;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.Quantities;
import dev.rheo.resource.rules.kind.ResourceNames;
import java.util.Map;

/** Checks the resources of a pod as a whole against those of its containers. */
final class PodResourceRules {
  private PodResourceRules() {}

  static void validate(PodScope scope) {
    Field spec = scope.spec();
    Field resources = spec.at("resources");
    if (resources.absent()) {
      return;
    }
    if (spec.at("os", "name").is("windows")) {
      resources.forbidden("may not be set for a windows pod");
      return;
    }
    if (resources.at("claims").present()) {
      resources.at("claims").forbidden("claims may not be set for Resources at pod-level");
    }
    ResourceRules.pod(resources, scope.claims(), scope.options());
    consistent(spec, resources);
  }

  private static void consistent(Field spec, Field resources) {
    Field requests = resources.at("requests");
    PodResources.containerTotals(spec.object(), "requests")
        .forEach((name, total) -> atLeast(requests.key(name), total, "requests"));
    Field limits = resources.at("limits");
    PodResources.containerTotals(spec.object(), "limits")
        .forEach(
            (name, total) -> {
              if (ResourceNames.isHugePage(name)) {
                atLeast(limits.key(name), total, "limits");
              }
            });
    int i = 0;
    for (Field container : spec.at("containers").items()) {
      eachWithin(container, limits, resources.at("containers").index(i++));
    }
  }

  private static void atLeast(Field ofPod, String total, String what) {
    if (ofPod.present() && Quantities.amount(total).compareTo(Quantities.amount(ofPod)) > 0) {
      ofPod.invalid(
          "must be greater than or equal to aggregate container " + what + " of " + total);
    }
  }

  private static void eachWithin(Field container, Field limits, Field place) {
    ObjectNode own = container.at("resources", "limits").object();
    for (Map.Entry<String, JsonNode> limit : own.properties()) {
      if (limits.isFull()) {
        return;
      }
      JsonNode ofPod = Trees.get(limits.node(), limit.getKey());
      if (ofPod != null
          && Quantities.amount(limit.getValue()).compareTo(Quantities.amount(ofPod)) > 0) {
        place
            .key(limit.getKey())
            .at("limits")
            .invalid(
                limit.getValue().asText(),
                "must be less than or equal to pod limits of " + ofPod.asText());
      }
    }
  }
}
