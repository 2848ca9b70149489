package dev.rheo.server.controller.custom;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.type.GroupVersionPriority.GroupVersion;
import java.util.Set;
import java.util.stream.Collectors;

/** Follows which group versions the definitions of custom resources define. */
@FunctionalInterface
public interface VersionListener {
  /**
   * Called when a definition is seen first and with each of its changes.
   *
   * @param definition its name
   * @param served the versions that it wants to be served; empty if it is gone
   */
  void defines(String definition, Set<GroupVersion> served);

  /** The group versions that a definition wants to be served. */
  static Set<GroupVersion> served(ObjectNode definition) {
    JsonNode spec = definition.path("spec");
    String group = Trees.text(spec, "group");
    return Trees.objects(spec, "versions").stream()
        .filter(version -> Trees.flag(version, "served"))
        .map(version -> new GroupVersion(group, Trees.text(version, "name")))
        .collect(Collectors.toUnmodifiableSet());
  }
}
