package dev.rheo.resource.rules.security;

import dev.rheo.api.name.Names;
import dev.rheo.cel.CompileException;
import dev.rheo.cel.admission.AdmissionExpressions;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.Identifiers;
import dev.rheo.resource.rules.kind.LabelSelectors;
import java.util.List;
import java.util.Locale;

/** Checks of what both kinds of admission policies, and both kinds of their bindings, have. */
final class PolicyParts {
  private static final List<String> NOT_FOUND_ACTIONS = List.of("Deny", "Allow");

  private PolicyParts() {}

  /**
   * Checks what stands at the beginning of a policy.
   *
   * @param conditions whether the conditions are checked, which ones that were stored are not
   * @return the compiler for the expressions that follow
   */
  static AdmissionExpressions head(Field spec, boolean mutating, boolean conditions) {
    Field failure = spec.at("failurePolicy");
    if (failure.absent()) {
      failure.required("");
    } else {
      failure.oneOf(AdmissionMatching.FAILURE_POLICIES);
    }
    boolean parameters = spec.at("paramKind").present();
    if (parameters) {
      paramKind(spec.at("paramKind"));
    }
    Field match = spec.at("matchConstraints");
    if (match.absent()) {
      match.required("");
    } else {
      AdmissionMatching.resources(match);
      match.at("resourceRules").need("");
      if (mutating) {
        AdmissionMatching.mutatingOperations(match);
      }
    }
    if (conditions) {
      AdmissionMatching.conditions(
          spec.at("matchConditions"), AdmissionExpressions.withoutVariables(parameters));
    }
    Field variables = spec.at("variables");
    AdmissionExpressions expressions =
        mutating || !variables.isEmpty()
            ? AdmissionExpressions.withVariables(parameters)
            : AdmissionExpressions.withoutVariables(parameters);
    for (Field variable : variables.items()) {
      variable(variable, expressions);
    }
    return expressions;
  }

  /** Whether what conditions are checked against is as it was. */
  static boolean sameConditions(Field spec, Field old) {
    return spec.at("paramKind").same(old.at("paramKind"))
        && spec.at("matchConditions").same(old.at("matchConditions"));
  }

  private static void paramKind(Field paramKind) {
    Field version = paramKind.at("apiVersion");
    if (version.need("")) {
      apiVersion(version);
    }
    Field kind = paramKind.at("kind");
    if (kind.need("")) {
      List<String> faults = Names.dns1035Label(kind.text().toLowerCase(Locale.ROOT));
      if (!faults.isEmpty()) {
        kind.invalid(
            "may have mixed case, but should otherwise match: " + String.join(",", faults));
      }
    }
  }

  private static void apiVersion(Field field) {
    String text = field.text();
    int slash = text.indexOf('/');
    if (slash != text.lastIndexOf('/')) {
      field.invalid("unexpected GroupVersion string: " + text);
      return;
    }
    String group = slash < 0 ? "" : text.substring(0, slash);
    String version = text.substring(slash + 1);
    List<String> groupFaults = group.isEmpty() ? List.of() : Names.dnsSubdomain(group);
    if (!groupFaults.isEmpty()) {
      field.invalid(group, String.join(",", groupFaults));
    }
    if (version.isEmpty()) {
      field.invalid("version must be specified");
      return;
    }
    List<String> versionFaults = Names.dns1035Label(version);
    if (!versionFaults.isEmpty()) {
      field.invalid(version, String.join(",", versionFaults));
    }
  }

  private static void variable(Field variable, AdmissionExpressions expressions) {
    Field name = variable.at("name");
    if (Expressions.need(name, "name is not specified") && !Identifiers.isCel(name.text())) {
      name.invalid("must be a valid CEL identifier");
    }
    Field expression = variable.at("expression");
    if (Expressions.need(expression, "expression is not specified")) {
      try {
        expressions.variable(name.text(), expression.text());
      } catch (CompileException e) {
        if (e.isInternal()) {
          expression.internal(e.getMessage());
        } else {
          expression.invalid(e.getMessage());
        }
      }
    }
  }

  /** Checks what both kinds of bindings have. */
  static void binding(Field spec, boolean mutating) {
    Field policy = spec.at("policyName");
    if (policy.need("")) {
      policy.check(Names::dnsSubdomain);
    }
    if (spec.at("paramRef").present()) {
      paramRef(spec.at("paramRef"));
    }
    Field match = spec.at("matchResources");
    AdmissionMatching.resources(match);
    if (mutating) {
      AdmissionMatching.mutatingOperations(match);
    }
  }

  private static void paramRef(Field ref) {
    Field name = ref.at("name");
    Field selector = ref.at("selector");
    boolean both = !name.isEmpty() && selector.present();
    if (!name.isEmpty()) {
      name.check(Names::pathSegment);
    }
    if (both) {
      name.forbidden("name and selector are mutually exclusive");
    }
    LabelSelectors.validate(selector);
    if (both) {
      selector.forbidden("name and selector are mutually exclusive");
    }
    if (name.isEmpty() && selector.absent()) {
      ref.required("one of name or selector must be specified");
    }
    Field action = ref.at("parameterNotFoundAction");
    if (action.need("")) {
      action.oneOf(NOT_FOUND_ACTIONS);
    }
  }
}
