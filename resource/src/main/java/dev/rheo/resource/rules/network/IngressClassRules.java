package dev.rheo.resource.rules.network;

import dev.rheo.api.name.Names;
import dev.rheo.resource.rules.kind.Domains;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.KindRules;
import dev.rheo.resource.rules.kind.Syntax;
import java.util.List;

/** Rules for writes of ingress classes. */
final class IngressClassRules extends KindRules {
  private static final int MAX_CONTROLLER = 250;
  private static final List<String> SCOPES = List.of("Cluster", "Namespace");

  @Override
  protected void checkCreate(Field ingressClass) {
    Field controller = ingressClass.at("spec", "controller");
    if (Syntax.bytes(controller.text()) > MAX_CONTROLLER) {
      controller.tooLong(MAX_CONTROLLER);
    }
    Domains.prefixedPath(controller);
    Field parameters = ingressClass.at("spec", "parameters");
    if (parameters.present()) {
      parameters(parameters);
    }
  }

  @Override
  protected void checkUpdate(Field ingressClass, Field old) {
    Field controller = ingressClass.at("spec", "controller");
    if (!controller.is(old.at("spec", "controller").text())) {
      controller.invalid(controller.text(), "field is immutable");
    }
    checkCreate(ingressClass);
  }

  private static void parameters(Field parameters) {
    References.check(parameters);
    Field scope = parameters.at("scope");
    Field namespace = parameters.at("namespace");
    if (scope.absent()) {
      scope.required("");
    } else if (!scope.oneOf(SCOPES)) {
      return;
    } else if (scope.is("Namespace")) {
      if (namespace.absent()) {
        namespace.required("`parameters.scope` is set to 'Namespace'");
      } else {
        namespace.check(Names::dnsLabel);
      }
    } else if (namespace.present()) {
      namespace.forbidden("`parameters.scope` is set to 'Cluster'");
    }
  }
}
