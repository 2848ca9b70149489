package dev.rheo.resource.rules.workload;

import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.KindRules;
import dev.rheo.resource.rules.kind.Quantities;
import java.util.List;

/** Rules for writes of horizontal pod autoscalers, in their version v2. */
final class HorizontalPodAutoscalerRules extends KindRules {
  private static final int STABILIZATION_MAX_SECONDS = 3600;
  private static final int PERIOD_MAX_SECONDS = 1800;
  private static final List<String> SELECT_POLICIES = List.of("Disabled", "Max", "Min");
  private static final List<String> POLICY_TYPES = List.of("Percent", "Pods");
  private static final String TOO_SMALL = "must be greater than zero";

  @Override
  protected void checkCreate(Field object) {
    Field spec = object.at("spec");
    spec(spec, 1, target(spec), ObjectReferences.Group.OPTIONAL);
  }

  @Override
  protected void checkUpdate(Field object, Field old) {
    Field spec = object.at("spec");
    Field before = old.at("spec");
    Field target = spec.at("scaleTargetRef");
    Field oldTarget = before.at("scaleTargetRef");
    boolean sameKind =
        target.at("apiVersion").is(oldTarget.at("apiVersion").text())
            && target.at("kind").is(oldTarget.at("kind").text());
    spec(
        spec,
        isZero(before.at("minReplicas")) ? 0 : 1,
        sameKind ? ObjectReferences.Group.ANY : target(spec),
        hasInvalidMetric(before) ? ObjectReferences.Group.ANY : ObjectReferences.Group.OPTIONAL);
  }

  /** ReplicationControllers, of the core group, can be scaled, too. */
  private static ObjectReferences.Group target(Field spec) {
    return spec.at("scaleTargetRef", "kind").is("ReplicationController")
        ? ObjectReferences.Group.OPTIONAL
        : ObjectReferences.Group.REQUIRED;
  }

  private static boolean hasInvalidMetric(Field spec) {
    for (Field metric : spec.at("metrics").items()) {
      if (metric.at("type").is("Object")
          && metric.at("object").present()
          && ObjectReferences.fault(
                  metric.at("object", "describedObject", "apiVersion").text(),
                  ObjectReferences.Group.OPTIONAL)
              != null) {
        return true;
      }
    }
    return false;
  }

  private static boolean isZero(Field count) {
    return count.present() && count.number() == 0;
  }

  private static void spec(
      Field spec, int lowest, ObjectReferences.Group ofTarget, ObjectReferences.Group ofMetrics) {
    Field minimum = spec.at("minReplicas");
    Field maximum = spec.at("maxReplicas");
    if (minimum.present() && minimum.number() < lowest) {
      minimum.invalid("must be greater than or equal to " + lowest);
    }
    if (maximum.number() == 0) {
      maximum.required("must be set and greater than 0");
    } else if (maximum.number() < 0) {
      maximum.invalid("must be greater than or equal to 1");
    }
    if (minimum.present() && maximum.number() < minimum.number()) {
      maximum.invalid(maximum.number(), "must be greater than or equal to `minReplicas`");
    }
    ObjectReferences.validate(spec.at("scaleTargetRef"), ofTarget);
    Field metrics = spec.at("metrics");
    boolean scalesToZero = false;
    for (Field metric : metrics.items()) {
      Metrics.validate(metric, ofMetrics);
      scalesToZero |= metric.at("type").is("Object") || metric.at("type").is("External");
    }
    if (isZero(minimum) && !scalesToZero) {
      metrics.forbidden(
          "must specify at least one Object or External metric to support scaling to zero"
              + " replicas");
    }
    for (String direction : new String[] {"scaleUp", "scaleDown"}) {
      Field rules = spec.at("behavior", direction);
      if (rules.present()) {
        scaling(rules);
      }
    }
  }

  private static void scaling(Field rules) {
    Field window = rules.at("stabilizationWindowSeconds");
    if (window.number() < 0) {
      window.invalid("must be greater than or equal to zero");
    }
    if (window.number() > STABILIZATION_MAX_SECONDS) {
      window.invalid("must be less than or equal to " + STABILIZATION_MAX_SECONDS);
    }
    if (rules.at("selectPolicy").present()) {
      rules.at("selectPolicy").oneOf(SELECT_POLICIES);
    }
    Field policies = rules.at("policies");
    policies.need("must specify at least one Policy");
    for (Field policy : policies.items()) {
      policy(policy);
    }
    if (rules.at("tolerance").present()) {
      Quantities.notNegative(rules.at("tolerance"));
    }
  }

  private static void policy(Field policy) {
    policy.at("type").oneOf(POLICY_TYPES);
    Field value = policy.at("value");
    if (value.number() <= 0) {
      value.invalid(value.number(), TOO_SMALL);
    }
    Field period = policy.at("periodSeconds");
    if (period.number() <= 0) {
      period.invalid(period.number(), TOO_SMALL);
    }
    if (period.number() > PERIOD_MAX_SECONDS) {
      period.invalid("must be less than or equal to " + PERIOD_MAX_SECONDS);
    }
  }

  @Override
  protected void checkSubresource(String subresource, Field object, Field old) {
    Counts.notNegative(object.at("status"), "currentReplicas", "desiredReplicas");
  }
}
