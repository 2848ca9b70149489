package dev.rheo.server.controller.custom;

import dev.rheo.resource.type.GroupVersionPriority.GroupVersion;
import java.util.Set;

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
}
