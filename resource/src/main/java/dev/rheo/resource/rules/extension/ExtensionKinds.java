package dev.rheo.resource.rules.extension;

import dev.rheo.resource.type.WriteRules;
import java.util.function.BiConsumer;

/** The rules of this package by the resource that they are for. */
public final class ExtensionKinds {
  private ExtensionKinds() {}

  public static void register(BiConsumer<String, WriteRules> rules) {
    rules.accept(
        "customresourcedefinitions.apiextensions.k8s.io", new CustomResourceDefinitionRules());
    rules.accept("apiservices.apiregistration.k8s.io", new ApiServiceRules());
  }
}
