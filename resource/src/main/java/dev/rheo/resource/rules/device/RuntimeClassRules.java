package dev.rheo.resource.rules.device;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.name.Names;
import dev.rheo.api.status.FieldError;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.DeprecatedNodeLabels;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.GoValues;
import dev.rheo.resource.rules.kind.KindRules;
import dev.rheo.resource.rules.kind.LabelRules;
import dev.rheo.resource.rules.pod.ResourceRules;
import dev.rheo.resource.rules.pod.Tolerations;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Rules for writes of runtime classes. */
final class RuntimeClassRules extends KindRules {
  @Override
  protected void checkCreate(Field object) {
    Field handler = object.at("handler");
    if (handler.need("")) {
      handler.check(Names::dnsLabel);
    }
    Field overhead = object.at("overhead");
    ResourceRules.overhead(overhead.with(overhead.at("podFixed").node()));
    LabelRules.labels(object.at("scheduling", "nodeSelector"));
    tolerations(object.at("scheduling", "tolerations"));
  }

  private static void tolerations(Field tolerations) {
    Tolerations.validate(tolerations, false);
    Set<List<String>> seen = new HashSet<>();
    for (Field toleration : tolerations.items()) {
      List<String> key =
          List.of(
              toleration.at("key").text(),
              toleration.at("operator").text(),
              toleration.at("value").text(),
              toleration.at("effect").text());
      if (!seen.add(key)) {
        toleration.fault(
            FieldError.duplicate(
                toleration.path(), GoValues.of("core.Toleration", toleration.node())));
      }
    }
  }

  @Override
  protected void checkUpdate(Field object, Field old) {
    checkCreate(object);
    Field handler = object.at("handler");
    if (!handler.is(old.at("handler").text())) {
      handler.invalid(handler.text(), "field is immutable");
    }
  }

  @Override
  protected void warn(Field object, Field old, Consumer<String> warnings) {
    JsonNode selector = object.at("scheduling", "nodeSelector").node();
    for (String label : Trees.names(selector instanceof ObjectNode labels ? labels : null)) {
      String deprecation = DeprecatedNodeLabels.message(label);
      if (deprecation != null) {
        warnings.accept("scheduling.nodeSelector: " + deprecation);
      }
    }
  }
}
