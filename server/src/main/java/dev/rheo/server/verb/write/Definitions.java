package dev.rheo.server.verb.write;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.resource.custom.DefinitionConditions;
import java.time.Instant;
import java.util.List;

/** The deletion of a definition of custom resources, which its instances hold up. */
final class Definitions {
  private Definitions() {}

  /** Marks a definition for deletion. It is removed when its objects are. */
  static Outcome terminate(ObjectNode definition, Instant now) {
    Meta meta = Meta.of(definition);
    meta.deletionTimestamp(now);
    List<String> finalizers = meta.finalizers();
    if (!finalizers.contains(DefinitionConditions.FINALIZER)) {
      finalizers.add(DefinitionConditions.FINALIZER);
      meta.finalizers(finalizers);
    }
    DefinitionConditions.set(
        definition,
        DefinitionConditions.TERMINATING,
        true,
        "InstanceDeletionPending",
        "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon",
        now);
    return new Outcome.Put(definition);
  }
}
