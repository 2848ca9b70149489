package dev.rheo.resource.rules.security;

import dev.rheo.cel.admission.AdmissionExpressions;
import dev.rheo.cel.admission.AdmissionExpressions.Purpose;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.KindRules;
import java.util.List;
import java.util.function.Consumer;

/** Rules for writes of admission policies that mutate. */
final class MutatingPolicyRules extends KindRules {
  private static final List<String> PATCH_TYPES = List.of("ApplyConfiguration", "JSONPatch");

  @Override
  protected void checkCreate(Field policy) {
    check(policy.at("spec"), true);
  }

  @Override
  protected void checkUpdate(Field policy, Field old) {
    check(policy.at("spec"), !PolicyParts.sameConditions(policy.at("spec"), old.at("spec")));
  }

  @Override
  protected void warn(Field policy, Field old, Consumer<String> warnings) {
    StaticNames.warn(policy, warnings);
  }

  private static void check(Field spec, boolean conditions) {
    AdmissionExpressions expressions = PolicyParts.head(spec, true, conditions);
    spec.at("mutations").need("mutations must contain at least one item");
    for (Field mutation : spec.at("mutations").items()) {
      mutation(mutation, expressions);
    }
    Field again = spec.at("reinvocationPolicy");
    if (again.need("")) {
      again.oneOf(AdmissionMatching.REINVOCATION_POLICIES);
    }
  }

  private static void mutation(Field mutation, AdmissionExpressions expressions) {
    Field type = mutation.at("patchType");
    Field patch = mutation.at("jsonPatch");
    Field configuration = mutation.at("applyConfiguration");
    switch (type.text()) {
      case "JSONPatch" -> patch(patch, configuration, type, Purpose.JSON_PATCH, expressions);
      case "ApplyConfiguration" ->
          patch(configuration, patch, type, Purpose.APPLY_CONFIGURATION, expressions);
      case "" -> type.required("");
      default -> type.oneOf(PATCH_TYPES);
    }
  }

  private static void patch(
      Field patch, Field other, Field type, Purpose purpose, AdmissionExpressions expressions) {
    Field expression = patch.at("expression");
    if (patch.absent()) {
      patch.required("must be specified when patchType is " + type.text());
    } else if (Expressions.need(expression, "")) {
      Expressions.compileTrimmed(expression, purpose, expressions);
    }
    if (other.present()) {
      other.invalid(
          "{" + other.name() + "}", "must not be specified when patchType is " + type.text());
    }
  }
}
