package dev.rheo.resource.custom;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import java.time.Instant;
import java.util.Collection;

/** Stand-in. */
public final class DefinitionStatus {
  private DefinitionStatus() {}

  public static ObjectNode of(ObjectNode definition, Collection<ObjectNode> others, Instant now) {
    ObjectNode copy = definition.deepCopy();
    ObjectNode status = Trees.need(copy, "status");
    status.set("acceptedNames", copy.path("spec").path("names"));
    DefinitionConditions.set(copy, "NamesAccepted", true, "NoConflicts", "no conflicts found", now);
    DefinitionConditions.set(
        copy,
        "Established",
        true,
        "InitialNamesAccepted",
        "the initial names have been accepted",
        now);
    return status;
  }
}
