package dev.rheo.resource.rules;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.Excerpt;
import dev.rheo.api.status.FieldError;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.codec.tree.Trees;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Validates writes of the pod subresources {@code resize} and {@code ephemeralcontainers}. */
final class PodSubresourceRules {
  private PodSubresourceRules() {}

  static void validate(ObjectNode pod, ObjectNode old, String subresource, FieldErrors errors) {
    ObjectNode spec = Trees.need(pod, "spec");
    ObjectNode before = Trees.need(old, "spec");
    switch (subresource) {
      case "resize" -> {
        sameNames(spec, before, "containers", errors);
        sameNames(spec, before, "initContainers", errors);
      }
      case "ephemeralcontainers" -> allStay(spec, before, errors);
      default -> {}
    }
  }

  private static void sameNames(ObjectNode spec, ObjectNode old, String which, FieldErrors errors) {
    List<ObjectNode> now = Trees.objects(spec, which);
    List<ObjectNode> before = Trees.objects(old, which);
    if (now.size() != before.size()) {
      errors.add(
          FieldError.forbidden("spec." + which, which + " may not be added or removed on resize"));
      return;
    }
    for (int i = 0; i < now.size() && !errors.isFull(); i++) {
      if (!Trees.text(now.get(i), "name").equals(Trees.text(before.get(i), "name"))) {
        errors.add(
            FieldError.forbidden(
                "spec." + which + "[" + i + "].name",
                which + " may not be renamed or reordered on resize"));
      }
    }
  }

  /** Matches containers by name, as patches do not keep their order. */
  private static void allStay(ObjectNode spec, ObjectNode old, FieldErrors errors) {
    String which = "ephemeralContainers";
    Map<String, ObjectNode> byName = new HashMap<>();
    Trees.eachObject(spec, which, c -> byName.put(Trees.text(c, "name"), c));
    for (ObjectNode before : Trees.objects(old, which)) {
      if (errors.isFull()) {
        return;
      }
      String name = Trees.text(before, "name");
      ObjectNode now = byName.get(name);
      if (!Trees.same(before, now)) {
        errors.add(
            FieldError.forbidden(
                "spec." + which,
                "existing ephemeral containers \""
                    + Excerpt.text(name)
                    + "\" may not be "
                    + (now == null ? "removed" : "changed")));
      }
    }
  }
}
