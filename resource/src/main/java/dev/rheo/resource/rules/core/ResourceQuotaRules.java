package dev.rheo.resource.rules.core;

import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.GoValues;
import dev.rheo.resource.rules.kind.KindRules;
import dev.rheo.resource.rules.kind.Quantities;
import dev.rheo.resource.rules.kind.ResourceNames;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Rules for writes of resource quotas. */
final class ResourceQuotaRules extends KindRules {
  private static final Set<String> SCOPES =
      Set.of(
          "Terminating",
          "NotTerminating",
          "BestEffort",
          "NotBestEffort",
          "PriorityClass",
          "CrossNamespacePodAffinity",
          "VolumeAttributesClass");

  /** The scopes that a pod has or has not, without a value. */
  private static final Set<String> PLAIN_SCOPES =
      Set.of(
          "BestEffort",
          "NotBestEffort",
          "Terminating",
          "NotTerminating",
          "CrossNamespacePodAffinity");

  private static final Set<String> OF_PODS =
      Set.of(
          "pods",
          "cpu",
          "memory",
          "limits.cpu",
          "limits.memory",
          "requests.cpu",
          "requests.memory");

  private static final Set<String> OF_CLAIMS = Set.of("persistentvolumeclaims", "requests.storage");

  private static final String NOT_FOR_RESOURCE = "unsupported scope applied to resource";

  @Override
  protected void checkCreate(Field object) {
    spec(object.at("spec"));
  }

  private static void spec(Field spec) {
    quantities(spec.at("hard"));
    scopes(spec);
    if (spec.at("scopeSelector").present()) {
      selector(spec);
    }
  }

  private static void quantities(Field list) {
    for (Field quantity : list.entries()) {
      ResourceNames.quota(quantity, quantity.name());
      Quantities.resource(quantity.name(), quantity);
    }
  }

  private static void scopes(Field spec) {
    Field scopes = spec.at("scopes");
    Set<String> misfits = misfits(spec.at("hard"));
    for (Field scope : scopes.items()) {
      if (!SCOPES.contains(scope.text())) {
        scopes.invalid("unsupported scope");
      }
      if (misfits.contains(scope.text())) {
        scopes.invalid(NOT_FOR_RESOURCE);
      }
    }
    if (conflict(new HashSet<>(scopes.texts()))) {
      scopes.invalid("conflicting scopes");
    }
  }

  private static boolean conflict(Set<String> scopes) {
    return scopes.containsAll(List.of("BestEffort", "NotBestEffort"))
        || scopes.containsAll(List.of("Terminating", "NotTerminating"));
  }

  /** The scopes within which one of the resources cannot be limited. */
  private static Set<String> misfits(Field hard) {
    Set<String> misfits = new HashSet<>(SCOPES);
    misfits.removeIf(scope -> fits(scope, hard));
    return misfits;
  }

  private static boolean fits(String scope, Field hard) {
    for (Field quantity : hard.entries()) {
      String resource = quantity.name();
      boolean fits =
          switch (scope) {
            case "BestEffort" -> resource.equals("pods");
            case "VolumeAttributesClass" -> OF_CLAIMS.contains(resource);
            default -> OF_PODS.contains(resource);
          };
      if (!fits && ResourceNames.isStandardQuota(resource)) {
        return false;
      }
    }
    return true;
  }

  private static void selector(Field spec) {
    Field selector = spec.at("scopeSelector");
    Field expressions = selector.at("matchExpressions");
    Set<String> misfits = misfits(spec.at("hard"));
    Set<String> scopes = new HashSet<>();
    for (Field expression : expressions.items()) {
      Field scope = expression.at("scopeName").placed(expressions.at("scopeName"));
      Field operator = expression.at("operator").placed(expressions.at("operator"));
      Field values = expression.at("values").placed(expressions.at("values"));
      if (!SCOPES.contains(scope.text())) {
        scope.invalid(scope.text(), "unsupported scope");
      }
      if (misfits.contains(scope.text())) {
        expressions.invalid(GoValues.of("core.ScopeSelector", selector.node()), NOT_FOR_RESOURCE);
      }
      if (PLAIN_SCOPES.contains(scope.text()) && !operator.is("Exists")) {
        operator.invalid(
            operator.text(),
            "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating,"
                + " ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort,"
                + " ResourceQuotaScopeNotBestEffort or"
                + " ResourceQuotaScopeCrossNamespacePodAffinity");
      }
      operator(operator, values);
      scopes.add(scope.text());
    }
    if (conflict(scopes)) {
      expressions.with(spec.at("scopes").node()).invalid("conflicting scopes");
    }
  }

  private static void operator(Field operator, Field values) {
    switch (operator.text()) {
      case "In", "NotIn" ->
          values.need(
              "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector");
      case "Exists", "DoesNotExist" -> {
        if (!values.isEmpty()) {
          values.invalid(
              "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector");
        }
      }
      default -> operator.invalid(operator.text(), "not a valid selector operator");
    }
  }

  @Override
  protected void checkUpdate(Field object, Field old) {
    spec(object.at("spec"));
    Field scopes = object.at("spec", "scopes");
    if (!new HashSet<>(scopes.texts()).equals(new HashSet<>(old.at("spec", "scopes").texts()))) {
      scopes.invalid("field is immutable");
    }
  }

  @Override
  protected void checkSubresource(String subresource, Field object, Field old) {
    quantities(object.at("status", "hard"));
    quantities(object.at("status", "used"));
  }

  @Override
  protected void warn(Field object, Field old, Consumer<String> warnings) {
    if (old.present()) {
      return;
    }
    Field hard = object.at("spec", "hard");
    for (String resource : List.of("cpu", "memory", "storage", "ephemeral-storage")) {
      Field request = hard.at("requests." + resource);
      if (request.absent() && (resource.equals("cpu") || resource.equals("memory"))) {
        request = hard.at(resource);
      }
      Field limit = hard.at("limits." + resource);
      if (request.present() && limit.present() && Quantities.compare(request, limit) > 0) {
        warnings.accept(
            "ResourceQuota "
                + request.name()
                + " ("
                + request.text()
                + ") should be less than "
                + limit.name()
                + " ("
                + limit.text()
                + ")");
      }
    }
  }
}
