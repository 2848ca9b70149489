package dev.rheo.resource.rules.security;

import dev.rheo.api.name.Names;
import dev.rheo.cel.admission.AdmissionExpressions;
import dev.rheo.cel.admission.AdmissionExpressions.Purpose;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.LabelSelectors;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Checks of what tells which requests a webhook or a policy is asked about. */
final class AdmissionMatching {
  static final List<String> FAILURE_POLICIES = List.of("Fail", "Ignore");
  static final List<String> MATCH_POLICIES = List.of("Equivalent", "Exact");
  static final List<String> REINVOCATION_POLICIES = List.of("IfNeeded", "Never");
  private static final String ALL = "*";
  private static final List<String> OPERATIONS =
      List.of(ALL, "CONNECT", "CREATE", "DELETE", "UPDATE");
  private static final List<String> MUTATING_OPERATIONS =
      List.of(ALL, "CONNECT", "CREATE", "UPDATE");
  private static final List<String> SCOPES = List.of(ALL, "Cluster", "Namespaced");
  private static final int CONDITIONS_MAX = 64;

  private AdmissionMatching() {}

  /** Checks the rules of a webhook. */
  static void rules(Field rules) {
    for (Field rule : rules.items()) {
      rule(rule);
    }
  }

  /** Checks the resources of a policy or of its binding; none at all is valid. */
  static void resources(Field match) {
    if (match.absent()) {
      return;
    }
    if (match.at("matchPolicy").absent()) {
      match.at("matchPolicy").required("");
    } else {
      match.at("matchPolicy").oneOf(MATCH_POLICIES);
    }
    selector(match.at("namespaceSelector"));
    selector(match.at("objectSelector"));
    namedRules(match.at("resourceRules"));
    namedRules(match.at("excludeResourceRules"));
  }

  /** Demands operations that can change objects. */
  static void mutatingOperations(Field match) {
    Field rules = match.at("resourceRules");
    for (Field rule : rules.items()) {
      for (Field operation : rule.at("operations").items()) {
        operation.placed(rules.at("operations")).oneOf(MUTATING_OPERATIONS);
      }
    }
  }

  private static void selector(Field selector) {
    if (selector.absent()) {
      selector.required("");
    }
    LabelSelectors.validate(selector);
  }

  private static void namedRules(Field rules) {
    for (Field rule : rules.items()) {
      Set<String> names = new HashSet<>();
      for (Field name : rule.at("resourceNames").items()) {
        name.check(Names::pathSegment);
        if (!names.add(name.text())) {
          name.duplicate();
        }
      }
      rule(rule);
    }
  }

  private static void rule(Field rule) {
    Field operations = rule.at("operations");
    operations.need("");
    alone(operations, "operations");
    for (Field operation : operations.items()) {
      operation.oneOf(OPERATIONS);
    }
    rule.at("apiGroups").need("");
    alone(rule.at("apiGroups"), "API groups");
    rule.at("apiVersions").need("");
    alone(rule.at("apiVersions"), "API versions");
    for (Field version : rule.at("apiVersions").items()) {
      version.need("");
    }
    resourceNames(rule.at("resources"));
    if (rule.at("scope").present()) {
      rule.at("scope").oneOf(SCOPES);
    }
  }

  private static void alone(Field list, String what) {
    if (list.size() > 1 && list.texts().contains(ALL)) {
      list.invalid("if '*' is present, must not specify other " + what);
    }
  }

  private static void resourceNames(Field resources) {
    resources.need("");
    Set<String> ofAllSubresources = new HashSet<>();
    Set<String> ofAllResources = new HashSet<>();
    boolean hasAll = false;
    boolean hasPlain = false;
    for (Field resource : resources.items()) {
      String text = resource.text();
      if (!resource.need("")) {
        continue;
      }
      hasAll |= text.equals(ALL);
      int slash = text.indexOf('/');
      if (slash < 0) {
        hasPlain = !text.equals(ALL); // as upstream, the last one decides
        continue;
      }
      String name = text.substring(0, slash);
      String subresource = text.substring(slash + 1);
      if (ofAllSubresources.contains(name)) {
        resource.invalid("if '" + name + "/*' is present, must not specify " + text);
      }
      if (ofAllResources.contains(subresource)) {
        resource.invalid("if '*/" + subresource + "' is present, must not specify " + text);
      }
      if (subresource.equals(ALL)) {
        ofAllSubresources.add(name);
      }
      if (name.equals(ALL)) {
        ofAllResources.add(subresource);
      }
    }
    if (resources.size() > 1 && resources.texts().contains("*/*")) {
      resources.invalid("if '*/*' is present, must not specify other resources");
    }
    if (hasAll && hasPlain) {
      resources.invalid("if '*' is present, must not specify other resources without subresources");
    }
  }

  /** Checks the conditions of a request. */
  static void conditions(Field conditions, AdmissionExpressions expressions) {
    if (conditions.size() > CONDITIONS_MAX) {
      conditions.tooMany(CONDITIONS_MAX);
    }
    Set<String> names = new HashSet<>();
    for (Field condition : conditions.items()) {
      Field expression = condition.at("expression");
      if (Expressions.need(expression, "")) {
        Expressions.compileTrimmed(expression, Purpose.MATCH_CONDITION, expressions);
      }
      Field name = condition.at("name");
      if (name.need("")) {
        name.check(Names::labelKey);
        if (!names.add(name.text())) {
          name.duplicate();
        }
      }
    }
  }
}
