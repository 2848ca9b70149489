package dev.rheo.resource.rules.security;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.TreeCopies;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.KindRules;
import dev.rheo.resource.type.WriteContext;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Rules for writes of requests for certificates. */
final class CertificateSigningRequestRules extends KindRules {
  @Override
  public void prepareCreate(ObjectNode object, WriteContext context) {
    requester(object, context);
  }

  @Override
  public void prepareUpdate(
      ObjectNode object, ObjectNode old, String subresource, WriteContext context) {
    signingRequest(object, old, subresource, context);
  }

  @Override
  protected void checkCreate(Field request) {
    CertificateSigningRequestValidation.create(request);
  }

  @Override
  protected void checkUpdate(Field request, Field old) {
    CertificateSigningRequestValidation.update("", request, old);
  }

  @Override
  protected void checkSubresource(String subresource, Field request, Field old) {
    CertificateSigningRequestValidation.update(subresource, request, old);
  }

  /** Sets the requester of a certificate from the authenticated user; the client cannot set it. */
  private static void requester(ObjectNode request, WriteContext context) {
    ObjectNode spec = Trees.need(request, "spec");
    spec.remove(List.of("username", "uid", "groups", "extra"));
    if (!context.user().isEmpty()) {
      spec.put("username", context.user()).put("uid", context.uid());
      ArrayNode groups = spec.putArray("groups");
      context.groups().forEach(groups::add);
      if (!context.extra().isEmpty()) {
        ObjectNode extra = spec.putObject("extra");
        context.extra().forEach((key, values) -> values.forEach(Trees.needArray(extra, key)::add));
      }
    }
  }

  private static void signingRequest(
      ObjectNode object, ObjectNode old, String subresource, WriteContext context) {
    Trees.copy(old, object, "spec");
    if (subresource.isEmpty()) {
      return;
    }
    if (subresource.equals("status")) {
      keepConditions(object, old, "Approved");
      keepConditions(object, old, "Denied");
    }
    Map<String, String> transitions = transitions(old);
    for (ObjectNode condition : conditions(object)) {
      Trees.putText(condition, "lastUpdateTime", context.seconds());
      Trees.putText(
          condition,
          "lastTransitionTime",
          transitions.getOrDefault(stateOf(condition), context.seconds()));
    }
    if (subresource.equals("approval")) {
      JsonNode conditions = Trees.at(object, "status", "conditions");
      Trees.copy(old, object, "status");
      ObjectNode status = Trees.need(object, "status");
      if (conditions == null) {
        status.remove("conditions");
      } else {
        status.set("conditions", conditions);
      }
    }
  }

  /** The known transition times of conditions, by {@link #stateOf}. */
  private static Map<String, String> transitions(ObjectNode old) {
    Map<String, String> transitions = new HashMap<>();
    for (ObjectNode condition : conditions(old)) {
      String time = Trees.text(condition, "lastTransitionTime");
      if (!time.isEmpty()) {
        transitions.putIfAbsent(stateOf(condition), time);
      }
    }
    return transitions;
  }

  private static String stateOf(ObjectNode condition) {
    return Trees.text(condition, "type") + '\0' + Trees.text(condition, "status");
  }

  /**
   * Restores the conditions of a type, which writes of {@code /status} must not change. Conditions
   * that were added or removed stay as the write has them.
   */
  private static void keepConditions(ObjectNode object, ObjectNode old, String type) {
    List<ObjectNode> before = ofType(old, type);
    List<ObjectNode> after = ofType(object, type);
    if (before.size() == after.size()) {
      for (int i = 0; i < after.size(); i++) {
        after.get(i).removeAll();
        after.get(i).setAll(TreeCopies.of(before.get(i)));
      }
    }
  }

  private static List<ObjectNode> ofType(ObjectNode object, String type) {
    return conditions(object).stream()
        .filter(condition -> Trees.text(condition, "type").equals(type))
        .toList();
  }

  private static List<ObjectNode> conditions(ObjectNode object) {
    return Trees.objects(object, "status", "conditions");
  }
}
