package dev.rheo.resource.rules.core;

import dev.rheo.resource.type.WriteRules;
import java.util.function.BiConsumer;

/** The rules of this package by the resource that they are for. */
public final class CoreKinds {
  private CoreKinds() {}

  public static void register(BiConsumer<String, WriteRules> rules) {
    rules.accept("configmaps", new ConfigMapRules());
    rules.accept("secrets", new SecretRules());
    rules.accept("namespaces", new NamespaceRules());
    rules.accept("serviceaccounts", new ServiceAccountRules());
    rules.accept("limitranges", new LimitRangeRules());
    rules.accept("resourcequotas", new ResourceQuotaRules());
    rules.accept("events", new EventRules());
  }
}
