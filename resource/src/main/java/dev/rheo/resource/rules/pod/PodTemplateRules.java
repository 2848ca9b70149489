package dev.rheo.resource.rules.pod;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.KindRules;
import dev.rheo.resource.type.WriteContext;
import java.util.function.Consumer;

/** Rules for writes of objects of the kind PodTemplate. */
final class PodTemplateRules extends KindRules {
  @Override
  public void prepareCreate(ObjectNode object, WriteContext context) {
    PodTemplates.prepare(Trees.object(object, "template"), null);
  }

  @Override
  public void prepareUpdate(
      ObjectNode object, ObjectNode old, String subresource, WriteContext context) {
    PodTemplates.prepare(Trees.object(object, "template"), Trees.object(old, "template"));
  }

  @Override
  protected void checkCreate(Field object) {
    PodTemplates.validate(object.at("template"), object.at("template").with(null));
  }

  @Override
  protected void checkUpdate(Field object, Field old) {
    PodTemplates.validate(object.at("template"), old.at("template"));
  }

  @Override
  protected void warn(Field object, Field old, Consumer<String> warnings) {
    long generation = object.at("metadata", "generation").number();
    if (old.absent() || generation != old.at("metadata", "generation").number()) {
      PodTemplates.warn(object.at("template"), old.at("template"), warnings);
    }
  }
}
