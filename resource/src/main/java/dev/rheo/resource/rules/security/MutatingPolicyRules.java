package dev.rheo.resource.rules.security;

import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.KindRules;
import java.util.List;
import java.util.function.Consumer;

/**
 * Rules for writes of admission policies that mutate, except for what their expressions compile to.
 */
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
    PolicyParts.head(spec, true, conditions);
    spec.at("mutations").need("mutations must contain at least one item");
    for (Field mutation : spec.at("mutations").items()) {
      mutation(mutation);
    }
    Field again = spec.at("reinvocationPolicy");
    if (again.need("")) {
      again.oneOf(AdmissionMatching.REINVOCATION_POLICIES);
    }
  }

  private static void mutation(Field mutation) {
    Field type = mutation.at("patchType");
    switch (type.text()) {
      case "JSONPatch" -> patch(mutation.at("jsonPatch"), mutation.at("applyConfiguration"), type);
      case "ApplyConfiguration" ->
          patch(mutation.at("applyConfiguration"), mutation.at("jsonPatch"), type);
      case "" -> type.required("");
      default -> type.oneOf(PATCH_TYPES);
    }
  }

  private static void patch(Field patch, Field other, Field type) {
    if (patch.absent()) {
      patch.required("must be specified when patchType is " + type.text());
    } else {
      Expressions.need(patch.at("expression"), "");
    }
    if (other.present()) {
      other.invalid(
          "{" + other.name() + "}", "must not be specified when patchType is " + type.text());
    }
  }
}
