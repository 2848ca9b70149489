package dev.rheo.resource.rules.network;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.name.Names;
import dev.rheo.api.status.Excerpt;
import dev.rheo.api.status.FieldError;
import dev.rheo.resource.rules.kind.Field;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Checks of the taints of a node. */
final class NodeTaints {
  private static final List<String> EFFECTS =
      List.of("NoSchedule", "PreferNoSchedule", "NoExecute");

  private NodeTaints() {}

  static void check(Field taints) {
    Set<String> seen = new HashSet<>();
    for (Field taint : taints.items()) {
      Field key = taint.at("key");
      Field effect = taint.at("effect");
      key.check(Names::labelKey);
      Field value = taint.at("value");
      List<String> faults = Names.labelValue(value.text());
      if (!faults.isEmpty()) {
        value.invalid(String.join(";", faults));
      }
      if (effect.need("")) {
        effect.oneOf(EFFECTS);
      }
      // neither a key nor an effect that is valid has a space
      if (!seen.add(key.text() + " " + effect.text())) {
        taint.fault(
            new FieldError(
                "FieldValueDuplicate",
                taint.path(),
                "Duplicate value: "
                    + Excerpt.value(shown(taint))
                    + ": taints must be unique by key and effect pair"));
      }
    }
  }

  /** As upstream prints it, with the names of Go's fields. */
  private static ObjectNode shown(Field taint) {
    ObjectNode shown = taint.object().objectNode();
    for (String name : new String[] {"Key", "Value", "Effect"}) {
      shown.put(name, taint.at(name.toLowerCase(Locale.ROOT)).text());
    }
    shown.set("TimeAdded", taint.at("timeAdded").node());
    return shown;
  }
}
