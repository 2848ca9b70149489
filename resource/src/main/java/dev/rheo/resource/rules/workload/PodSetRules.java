package dev.rheo.resource.rules.workload;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.KindRules;
import dev.rheo.resource.rules.pod.PodTemplates;
import dev.rheo.resource.type.WriteContext;
import java.util.function.Consumer;

/** Rules for writes of the kinds that keep a number of equal pods. */
abstract class PodSetRules extends KindRules {
  @Override
  public final void prepareCreate(ObjectNode object, WriteContext context) {
    PodTemplates.prepare(Trees.object(object, "spec", "template"), null);
  }

  @Override
  public final void prepareUpdate(
      ObjectNode object, ObjectNode old, String subresource, WriteContext context) {
    if (subresource.isEmpty()) {
      PodTemplates.prepare(
          Trees.object(object, "spec", "template"), Trees.object(old, "spec", "template"));
    }
  }

  @Override
  protected final void checkCreate(Field object) {
    spec(object.at("spec"), object.with(null).at("spec"));
  }

  @Override
  protected void checkUpdate(Field object, Field old) {
    spec(object.at("spec"), old.at("spec"));
    PodSets.sameSelector(object.at("spec", "selector"), old.at("spec", "selector"));
  }

  /**
   * Checks the spec.
   *
   * @param old absent for a create
   */
  abstract void spec(Field spec, Field old);

  @Override
  protected void warn(Field object, Field old, Consumer<String> warnings) {
    if (old.absent()) {
      PodSets.warnOfName(object, warnings);
    }
    if (PodSets.isNewGeneration(object, old)) {
      PodTemplates.warn(object.at("spec", "template"), old.at("spec", "template"), warnings);
    }
  }
}
