package dev.rheo.resource.custom;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** The conditions in the status of a definition, and what holds up its deletion. */
public final class DefinitionConditions {
  /** Holds a definition until its objects are deleted. */
  public static final String FINALIZER = "customresourcecleanup.apiextensions.k8s.io";

  public static final String TERMINATING = "Terminating";

  private DefinitionConditions() {}

  /**
   * Sets a condition, in place. Its time of transition changes with its status only.
   *
   * @return whether anything changed
   */
  public static boolean set(
      ObjectNode definition,
      String type,
      boolean status,
      String reason,
      String message,
      Instant now) {
    ArrayNode conditions = Trees.needArray(Trees.need(definition, "status"), "conditions");
    ObjectNode present = null;
    for (ObjectNode condition : Trees.objects(conditions)) {
      if (Trees.text(condition, "type").equals(type)) {
        present = condition;
      }
    }
    String wanted = status ? "True" : "False";
    ObjectNode condition =
        present == null ? JsonNodeFactory.instance.objectNode().put("type", type) : present;
    if (present != null
        && Trees.text(present, "status").equals(wanted)
        && Trees.text(present, "reason").equals(reason)
        && Trees.text(present, "message").equals(message)) {
      return false;
    }
    if (present == null || !Trees.text(present, "status").equals(wanted)) {
      condition.put("lastTransitionTime", now.truncatedTo(ChronoUnit.SECONDS).toString());
    }
    condition.put("status", wanted).put("reason", reason).put("message", message);
    if (present == null) {
      conditions.add(condition);
    }
    return true;
  }
}
