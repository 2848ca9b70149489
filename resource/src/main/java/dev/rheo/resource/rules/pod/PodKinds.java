package dev.rheo.resource.rules.pod;

import dev.rheo.resource.type.WriteRules;
import java.util.function.BiConsumer;

/** The rules of this package by the resource that they are for. */
public final class PodKinds {
  private PodKinds() {}

  public static void register(BiConsumer<String, WriteRules> rules) {
    rules.accept("pods", new PodRules());
    rules.accept("podtemplates", new PodTemplateRules());
  }
}
