package dev.rheo.server.aggregation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import org.jspecify.annotations.Nullable;

/** The condition {@code Available} of APIServices. */
final class ApiServiceConditions {
  private static final String AVAILABLE = "Available";

  /** What a check has found. */
  record Finding(String status, String reason, String message) {
    static final Finding LOCAL =
        new Finding("True", "Local", "Local APIServices are always available");
    static final Finding PASSED = new Finding("True", "Passed", "all checks passed");

    static Finding unavailable(String reason, String message) {
      return new Finding("False", reason, message);
    }

    static Finding unknown(String reason, String message) {
      return new Finding("Unknown", reason, message);
    }

    boolean isAvailable() {
      return status.equals("True");
    }
  }

  private ApiServiceConditions() {}

  static boolean isAvailable(ObjectNode object) {
    ObjectNode condition = find(object);
    return condition != null && Trees.text(condition, "status").equals("True");
  }

  private static @Nullable ObjectNode find(ObjectNode object) {
    for (ObjectNode condition : Trees.objects(object, "status", "conditions")) {
      if (Trees.text(condition, "type").equals(AVAILABLE)) {
        return condition;
      }
    }
    return null;
  }

  /**
   * Puts a finding into an object.
   *
   * @param now in seconds, for a status that changes
   * @return whether the object has changed
   */
  static boolean put(ObjectNode object, Finding finding, String now) {
    ObjectNode condition = find(object);
    if (condition == null) {
      condition =
          Trees.needArray(Trees.need(object, "status"), "conditions")
              .addObject()
              .put("type", AVAILABLE)
              .put("status", "");
    }
    boolean changed = false;
    if (!Trees.text(condition, "status").equals(finding.status())) {
      condition.put("status", finding.status()).put("lastTransitionTime", now);
      changed = true;
    }
    changed |= replaced(condition, "reason", finding.reason());
    changed |= replaced(condition, "message", finding.message());
    return changed;
  }

  private static boolean replaced(ObjectNode condition, String field, String value) {
    if (Trees.text(condition, field).equals(value)) {
      return false;
    }
    condition.put(field, value);
    return true;
  }
}
