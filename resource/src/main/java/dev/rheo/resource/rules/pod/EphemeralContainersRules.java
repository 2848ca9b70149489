package dev.rheo.resource.rules.pod;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.Excerpt;
import dev.rheo.api.status.FieldError;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.GoDiff;
import java.util.HashMap;
import java.util.Map;

/** Checks writes of {@code pods/ephemeralcontainers}: containers are added and stay as they are. */
final class EphemeralContainersRules {
  private EphemeralContainersRules() {}

  static void validate(Field containers, Field old) {
    // patches do not keep the order
    Map<String, ObjectNode> byName = new HashMap<>();
    for (ObjectNode container : Trees.objects(containers.node())) {
      byName.put(Trees.text(container, "name"), container);
    }
    for (Field before : old.items()) {
      String name = before.at("name").text();
      ObjectNode now = byName.get(name);
      String which = "existing ephemeral containers " + Excerpt.quoted(name) + " may not be ";
      if (now == null) {
        containers.forbidden(which + "removed\n");
      } else if (!before.object().equals(now)) {
        // a detail may be shorter than what differs
        containers.fault(
            new FieldError(
                "FieldValueForbidden",
                containers.path(),
                "Forbidden: "
                    + which
                    + "changed\n"
                    + GoDiff.of("core.EphemeralContainer", before.object(), now)));
      }
    }
  }
}
