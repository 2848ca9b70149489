package dev.rheo.resource.rules.core;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.KindRules;
import dev.rheo.resource.type.WriteContext;
import java.util.function.Consumer;

/** Rules for writes of service accounts. */
final class ServiceAccountRules extends KindRules {
  private static final String MOUNTABLE = "kubernetes.io/enforce-mountable-secrets";

  @Override
  public void prepareCreate(ObjectNode object, WriteContext context) {
    secretReferences(object);
  }

  @Override
  public void prepareUpdate(
      ObjectNode object, ObjectNode old, String subresource, WriteContext context) {
    secretReferences(object);
  }

  private static void secretReferences(ObjectNode account) {
    for (ObjectNode secret : Trees.objects(account, "secrets")) {
      String name = Trees.text(secret, "name");
      secret.removeAll();
      secret.put("name", name);
    }
  }

  @Override
  protected void warn(Field object, Field old, Consumer<String> warnings) {
    Field annotation = object.at("metadata", "annotations").key(MOUNTABLE);
    if (annotation.present() && old.at("metadata", "annotations").key(MOUNTABLE).absent()) {
      warnings.accept(
          annotation.path()
              + ": deprecated in v1.32+; prefer separate namespaces to isolate access to mounted"
              + " secrets");
    }
  }
}
