package dev.rheo.resource.rules.core;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.name.Names;
import dev.rheo.codec.tree.TreeCopies;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.KindRules;
import dev.rheo.resource.type.WriteContext;
import java.util.Set;

/** Rules for writes of namespaces. */
final class NamespaceRules extends KindRules {
  private static final Set<String> STANDARD_FINALIZERS =
      Set.of("kubernetes", "orphan", "foregroundDeletion");

  @Override
  public void prepareCreate(ObjectNode object, WriteContext context) {
    object.putObject("status").put("phase", "Active");
    ObjectNode spec = Trees.need(object, "spec");
    if (!Trees.strings(spec, "finalizers").contains("kubernetes")) {
      Trees.needArray(spec, "finalizers").add("kubernetes");
    }
  }

  @Override
  public void prepareUpdate(
      ObjectNode object, ObjectNode old, String subresource, WriteContext context) {
    switch (subresource) {
      case "" -> {
        ObjectNode spec = Trees.need(object, "spec");
        Trees.copy(Trees.need(TreeCopies.of(old), "spec"), spec, "finalizers");
      }
      case "finalize" -> Trees.copy(old, object, "status");
      default -> {}
    }
  }

  @Override
  protected void checkCreate(Field object) {
    Field finalizers = object.at("spec", "finalizers");
    for (Field finalizer : finalizers.items()) {
      finalizer(finalizer.placed(finalizers));
    }
  }

  private static void finalizer(Field name) {
    name.check(Names::labelKey);
    needDomain(name);
  }

  /** Demands a finalizer with a domain, or one of Kubernetes' own. */
  static void needDomain(Field name) {
    if (name.text().indexOf('/') < 0 && !STANDARD_FINALIZERS.contains(name.text())) {
      name.invalid(
          name.text(), "name is neither a standard finalizer name nor is it fully qualified");
    }
  }

  @Override
  protected void checkSubresource(String subresource, Field object, Field old) {
    if (subresource.equals("finalize")) {
      for (Field finalizer : object.at("spec", "finalizers").items()) {
        finalizer(finalizer);
      }
      return;
    }
    boolean deleting = !object.at("metadata", "deletionTimestamp").isEmpty();
    Field phase = object.at("status", "phase");
    String only = deleting ? "Terminating" : "Active";
    if (!phase.is(only)) {
      phase
          .named("Phase")
          .invalid(
              phase.text(),
              "may only be '"
                  + only
                  + "' if `deletionTimestamp` is "
                  + (deleting ? "not empty" : "empty"));
    }
  }
}
