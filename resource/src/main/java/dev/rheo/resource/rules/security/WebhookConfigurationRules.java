package dev.rheo.resource.rules.security;

import dev.rheo.api.name.Names;
import dev.rheo.cel.admission.AdmissionExpressions;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.KindRules;
import dev.rheo.resource.rules.kind.LabelSelectors;
import dev.rheo.resource.rules.kind.WebhookClients;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Rules for writes of configurations of webhooks, of those that validate and of those that mutate.
 */
final class WebhookConfigurationRules extends KindRules {
  private static final List<String> NO_SIDE_EFFECTS = List.of("None", "NoneOnDryRun");
  private static final List<String> SIDE_EFFECTS =
      List.of("None", "NoneOnDryRun", "Some", "Unknown");
  private static final int TIMEOUT_MAX = 30;

  /**
   * What is demanded, which an object that was stored without it need not fulfil.
   *
   * @param conditions whether {@code matchConditions} are checked
   */
  private record Demands(
      boolean conditions,
      boolean noSideEffects,
      boolean knownVersion,
      boolean uniqueNames,
      boolean validLabels) {}

  private static final Demands ALL = new Demands(true, true, true, true, true);

  private final boolean mutating;

  WebhookConfigurationRules(boolean mutating) {
    this.mutating = mutating;
  }

  @Override
  protected void checkCreate(Field configuration) {
    check(configuration, ALL);
  }

  @Override
  protected void checkUpdate(Field configuration, Field old) {
    check(
        configuration,
        new Demands(
            !sameConditions(configuration, old),
            all(old, hook -> NO_SIDE_EFFECTS.contains(hook.at("sideEffects").text())),
            all(old, WebhookConfigurationRules::hasKnownVersion),
            hasUniqueNames(old),
            all(old, WebhookConfigurationRules::hasValidLabels)));
  }

  @Override
  protected void warn(Field configuration, Field old, Consumer<String> warnings) {
    StaticNames.warn(configuration, warnings);
  }

  private void check(Field configuration, Demands demands) {
    Set<String> names = new HashSet<>();
    for (Field hook : configuration.at("webhooks").items()) {
      hook(hook, demands);
      WebhookClients.reviewVersions(
          hook.at("admissionReviewVersions"),
          demands.knownVersion,
          "must specify one of " + WebhookClients.REVIEW_VERSIONS);
      Field name = hook.at("name");
      if (demands.uniqueNames && !name.isEmpty() && !names.add(name.text())) {
        name.duplicate();
      }
    }
  }

  private void hook(Field hook, Demands demands) {
    name(hook.at("name"));
    AdmissionMatching.rules(hook.at("rules"));
    optional(hook.at("failurePolicy"), AdmissionMatching.FAILURE_POLICIES);
    optional(hook.at("matchPolicy"), AdmissionMatching.MATCH_POLICIES);
    Field effects = hook.at("sideEffects");
    List<String> allowed = demands.noSideEffects ? NO_SIDE_EFFECTS : SIDE_EFFECTS;
    if (effects.absent()) {
      effects.required("must specify one of " + String.join(", ", allowed));
    } else {
      effects.oneOf(allowed);
    }
    Field timeout = hook.at("timeoutSeconds");
    if (timeout.present() && (timeout.number() < 1 || timeout.number() > TIMEOUT_MAX)) {
      timeout.invalid("the timeout value must be between 1 and 30 seconds");
    }
    LabelSelectors.validate(hook.at("namespaceSelector"), !demands.validLabels);
    LabelSelectors.validate(hook.at("objectSelector"), !demands.validLabels);
    if (mutating) {
      optional(hook.at("reinvocationPolicy"), AdmissionMatching.REINVOCATION_POLICIES);
    }
    WebhookClients.validate(hook.at("clientConfig"));
    if (demands.conditions) {
      AdmissionMatching.conditions(
          hook.at("matchConditions"), AdmissionExpressions.withoutVariables(false));
    }
  }

  private static void name(Field name) {
    if (!name.need("")) {
      return;
    }
    List<String> faults = Names.dnsSubdomain(name.text());
    if (!faults.isEmpty()) {
      name.invalid(String.join(",", faults));
    } else if (name.text().split("\\.", 3).length < 3) {
      name.invalid("should be a domain with at least three segments separated by dots");
    }
  }

  private static void optional(Field field, List<String> values) {
    if (field.present()) {
      field.oneOf(values);
    }
  }

  private static boolean hasKnownVersion(Field hook) {
    Field versions = hook.at("admissionReviewVersions");
    return WebhookClients.knowsAnyVersion(versions);
  }

  private static boolean hasValidLabels(Field hook) {
    return LabelSelectors.isValid(hook.at("namespaceSelector"))
        && LabelSelectors.isValid(hook.at("objectSelector"));
  }

  private static boolean hasUniqueNames(Field configuration) {
    Set<String> names = new HashSet<>();
    return all(configuration, hook -> names.add(hook.at("name").text()));
  }

  private static boolean all(Field configuration, Predicate<Field> holds) {
    for (Field hook : configuration.at("webhooks").items()) {
      if (!holds.test(hook)) {
        return false;
      }
    }
    return true;
  }

  private static boolean sameConditions(Field configuration, Field old) {
    Field now = configuration.at("webhooks");
    Field before = old.at("webhooks");
    if (now.size() != before.size()) {
      return false;
    }
    for (int i = 0; i < now.size(); i++) {
      if (!now.index(i).at("matchConditions").same(before.index(i).at("matchConditions"))) {
        return false;
      }
    }
    return true;
  }
}
