package dev.rheo.resource.rules.device;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import java.util.List;

/**
 * Fields of slices whose features are off in this release. They are dropped, unless the old object
 * has any of the feature.
 */
final class DisabledSliceFields {
  /** Attributes of several values. */
  static final List<String> LISTS = List.of("bools", "ints", "strings", "versions");

  private static final String MAPPINGS = "nodeAllocatableResourceMappings";

  private DisabledSliceFields() {}

  /** Returns whether there was any such field to drop. */
  static boolean drop(ObjectNode slice, ObjectNode old) {
    boolean dropped = false;
    boolean keepMappings = false;
    boolean keepLists = false;
    for (ObjectNode device : devices(old)) {
      keepMappings |= !Trees.isEmpty(device, MAPPINGS);
      keepLists |= hasLists(device);
    }
    for (ObjectNode device : devices(slice)) {
      if (!keepMappings) {
        dropped |= !Trees.isEmpty(device, MAPPINGS);
        device.remove(MAPPINGS);
      }
      ObjectNode attributes = Trees.object(device, "attributes");
      if (!keepLists && attributes != null) {
        for (JsonNode attribute : attributes) {
          if (attribute instanceof ObjectNode members) {
            dropped |= LISTS.stream().anyMatch(list -> !Trees.isEmpty(members, list));
            members.remove(LISTS);
          }
        }
      }
    }
    return dropped;
  }

  private static List<ObjectNode> devices(ObjectNode slice) {
    return Trees.objects(slice, "spec", "devices");
  }

  private static boolean hasLists(ObjectNode device) {
    ObjectNode attributes = Trees.object(device, "attributes");
    if (attributes == null) {
      return false;
    }
    for (JsonNode attribute : attributes) {
      if (LISTS.stream().anyMatch(list -> Trees.get(attribute, list) != null)) {
        return true;
      }
    }
    return false;
  }
}
