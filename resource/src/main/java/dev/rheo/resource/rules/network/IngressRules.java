package dev.rheo.resource.rules.network;

import dev.rheo.api.name.Names;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.resource.rules.kind.Addresses;
import dev.rheo.resource.rules.kind.Domains;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.KindRules;
import java.util.function.Consumer;

/** Rules for writes of ingresses. */
final class IngressRules extends KindRules {
  private static final String CLASS = "kubernetes.io/ingress.class";

  @Override
  protected void checkCreate(Field ingress) {
    check(ingress.at("spec"), false, false);
    Field annotation = ingress.at("metadata", "annotations").key(CLASS);
    Field name = ingress.at("spec", "ingressClassName");
    if (annotation.present() && name.present() && !annotation.is(name.text())) {
      // at the place that upstream names
      annotation
          .placed(ingress.at("annotations", CLASS))
          .invalid(annotation.text(), "must match `ingressClassName` when both are specified");
    }
  }

  @Override
  protected void checkUpdate(Field ingress, Field old) {
    check(ingress.at("spec"), hadInvalidSecret(old), hadInvalidWildcardRule(old));
  }

  @Override
  protected void checkSubresource(String subresource, Field ingress, Field old) {
    LoadBalancerStatus.check(
        ingress.at("status", "loadBalancer"), old.at("status", "loadBalancer"), false);
  }

  /** What old versions stored stays valid. */
  private static boolean hadInvalidSecret(Field old) {
    for (Field tls : old.at("spec", "tls").items()) {
      Field secret = tls.at("secretName");
      if (!secret.isEmpty() && !Names.dnsSubdomain(secret.text()).isEmpty()) {
        return true;
      }
    }
    return false;
  }

  private static boolean hadInvalidWildcardRule(Field old) {
    FieldErrors errors = new FieldErrors();
    for (Field rule : Field.root(old.object(), errors).at("spec", "rules").items()) {
      if (rule.at("host").text().contains("*")) {
        IngressPaths.check(rule.at("http"));
        if (!errors.isEmpty()) {
          return true;
        }
      }
    }
    return false;
  }

  private static void check(Field spec, boolean anySecret, boolean anyWildcardRule) {
    Field backend = spec.at("defaultBackend");
    Field rules = spec.at("rules");
    if (rules.isEmpty() && backend.absent()) {
      spec.with(rules.node()).invalid("either `defaultBackend` or `rules` must be specified");
    }
    if (backend.present()) {
      IngressPaths.backend(backend);
    }
    for (Field rule : rules.items()) {
      rule(rule, anyWildcardRule);
    }
    for (Field tls : spec.at("tls").items()) {
      for (Field host : tls.at("hosts").items()) {
        host(host);
      }
      Field secret = tls.at("secretName");
      if (!anySecret && !secret.isEmpty()) {
        secret.check(Names::dnsSubdomain);
      }
    }
    if (spec.at("ingressClassName").present()) {
      spec.at("ingressClassName").check(Names::dnsSubdomain);
    }
  }

  private static void rule(Field rule, boolean anyWildcardRule) {
    Field host = rule.at("host");
    if (!host.isEmpty()) {
      if (Addresses.isIp(host.text())) {
        host.invalid("must be a DNS name, not an IP address");
      }
      host(host);
    }
    if (!anyWildcardRule || !host.text().contains("*")) {
      IngressPaths.check(rule.at("http"));
    }
  }

  private static void host(Field host) {
    host.check(host.text().contains("*") ? Domains::wildcard : Names::dnsSubdomain);
  }

  @Override
  protected void warn(Field ingress, Field old, Consumer<String> warnings) {
    if (old.absent()
        && ingress.at("metadata", "annotations").key(CLASS).present()
        && ingress.at("spec", "ingressClassName").absent()) {
      warnings.accept(
          "annotation \"" + CLASS + "\" is deprecated, please use 'spec.ingressClassName' instead");
    }
  }

  @Override
  protected void warn(String subresource, Field ingress, Field old, Consumer<String> warnings) {
    LoadBalancerStatus.warn(ingress.at("status", "loadBalancer"), warnings);
  }
}
