package dev.rheo.resource.table;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Cells of role bindings, admission policies, certificate signing requests and API services. */
final class PolicyCells {
  private PolicyCells() {}

  static Map<String, Cell> cells() {
    return Map.of(
        "binding.users", Cell.text(binding -> subjects(binding, "User")),
        "binding.groups", Cell.text(binding -> subjects(binding, "Group")),
        "binding.serviceAccounts", Cell.text(binding -> subjects(binding, "ServiceAccount")),
        "admissionpolicy.paramKind", Cell.text(PolicyCells::paramKind),
        "admissionpolicy.paramRef", Cell.text(PolicyCells::paramRef),
        "signingrequest.duration", Cell.text(PolicyCells::requestedDuration),
        "signingrequest.condition", Cell.text(PolicyCells::signingCondition),
        "apiservice.service", Cell.text(PolicyCells::service),
        "apiservice.available", Cell.text(PolicyCells::available));
  }

  private static String subjects(JsonNode binding, String kind) {
    return Trees.objects(binding, "subjects").stream()
        .filter(subject -> Trees.text(subject, "kind").equals(kind))
        .map(
            subject ->
                kind.equals("ServiceAccount")
                    ? Trees.text(subject, "namespace") + "/" + Trees.text(subject, "name")
                    : Trees.text(subject, "name"))
        .collect(Collectors.joining(", "));
  }

  private static String paramKind(JsonNode policy) {
    JsonNode kind = Trees.at(policy, "spec", "paramKind");
    return kind == null
        ? CellWriter.UNSET
        : Trees.text(kind, "apiVersion") + "/" + Trees.text(kind, "kind");
  }

  /** A binding does not tell whether its parameter is namespaced, so no namespace means any. */
  private static String paramRef(JsonNode binding) {
    JsonNode reference = Trees.at(binding, "spec", "paramRef");
    String name = Trees.text(reference, "name");
    String namespace = Trees.text(reference, "namespace");
    JsonNode selector = Trees.get(reference, "selector");
    if (!name.isEmpty()) {
      return (namespace.isEmpty() ? "*" : namespace) + "/" + name;
    }
    return selector == null ? CellWriter.UNSET : SelectorText.message(selector);
  }

  private static String requestedDuration(JsonNode request) {
    JsonNode seconds = Trees.at(request, "spec", "expirationSeconds");
    return seconds == null ? CellWriter.NONE : HumanDuration.of(seconds.asLong() * 1000);
  }

  private static String signingCondition(JsonNode request) {
    List<ObjectNode> conditions = Trees.objects(request, "status", "conditions");
    String decision =
        CellLists.ofType(conditions, "Denied") != null
            ? "Denied"
            : CellLists.ofType(conditions, "Approved") != null ? "Approved" : "Pending";
    return decision
        + (CellLists.ofType(conditions, "Failed") != null ? ",Failed" : "")
        + (Trees.text(request, "status", "certificate").isEmpty() ? "" : ",Issued");
  }

  private static String service(JsonNode apiService) {
    JsonNode service = Trees.at(apiService, "spec", "service");
    return service == null
        ? "Local"
        : Trees.text(service, "namespace") + "/" + Trees.text(service, "name");
  }

  private static String available(JsonNode apiService) {
    ObjectNode condition =
        CellLists.ofType(Trees.objects(apiService, "status", "conditions"), "Available");
    if (condition == null) {
      return "Unknown";
    }
    String status = Trees.text(condition, "status");
    String reason = Trees.text(condition, "reason");
    return status.equals("True") || reason.isEmpty() ? status : status + " (" + reason + ")";
  }
}
