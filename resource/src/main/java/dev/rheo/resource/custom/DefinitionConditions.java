package dev.rheo.resource.custom;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** The conditions in the status of a definition, and what holds up its deletion. */
public final class DefinitionConditions {
  /** Holds a definition until its objects are deleted. */
  public static final String FINALIZER = "customresourcecleanup.apiextensions.k8s.io";

  public static final String TERMINATING = "Terminating";
  public static final String NAMES_ACCEPTED = "NamesAccepted";
  public static final String ESTABLISHED = "Established";
  public static final String NON_STRUCTURAL = "NonStructuralSchema";
  public static final String APPROVED = "KubernetesAPIApprovalPolicyConformant";

  private DefinitionConditions() {}

  /** As {@link #set(ObjectNode, String, String, String, String, Instant)}: True or False. */
  public static boolean set(
      ObjectNode definition,
      String type,
      boolean status,
      String reason,
      String message,
      Instant now) {
    return set(definition, type, status ? "True" : "False", reason, message, now);
  }

  /**
   * Sets a condition, in place. Its time of transition changes with its status only.
   *
   * @param status {@code True}, {@code False} or {@code Unknown}
   * @return whether anything changed
   */
  public static boolean set(
      ObjectNode definition,
      String type,
      String status,
      String reason,
      String message,
      Instant now) {
    ObjectNode present = find(definition, type);
    if (present != null
        && Trees.text(present, "status").equals(status)
        && Trees.text(present, "reason").equals(reason)
        && Trees.text(present, "message").equals(message)) {
      return false;
    }
    ObjectNode condition = present;
    if (condition == null) {
      condition =
          Trees.needArray(Trees.need(definition, "status"), "conditions")
              .addObject()
              .put("type", type);
    }
    if (!Trees.text(condition, "status").equals(status)
        || Trees.text(condition, "lastTransitionTime").isEmpty()) {
      condition.put("lastTransitionTime", now.truncatedTo(ChronoUnit.SECONDS).toString());
    }
    condition.put("status", status).put("reason", reason).put("message", message);
    return true;
  }

  /**
   * Removes a condition, in place.
   *
   * @return whether there was one
   */
  public static boolean remove(ObjectNode definition, String type) {
    JsonNode conditions = Trees.at(definition, "status", "conditions");
    if (conditions instanceof ArrayNode list) {
      for (int i = 0; i < list.size(); i++) {
        if (Trees.text(list.get(i), "type").equals(type)) {
          list.remove(i);
          return true;
        }
      }
    }
    return false;
  }

  /** Whether a condition is there, with the status True. */
  public static boolean isTrue(ObjectNode definition, String type) {
    return Trees.text(find(definition, type), "status").equals("True");
  }

  /** The condition of a type; null if there is none. */
  static @Nullable ObjectNode find(ObjectNode definition, String type) {
    for (ObjectNode condition : Trees.objects(definition, "status", "conditions")) {
      if (Trees.text(condition, "type").equals(type)) {
        return condition;
      }
    }
    return null;
  }
}
