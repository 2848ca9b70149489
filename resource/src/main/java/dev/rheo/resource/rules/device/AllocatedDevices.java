package dev.rheo.resource.rules.device;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The devices that a claim got, by what makes them one: driver, pool, name and share. */
final class AllocatedDevices {
  private AllocatedDevices() {}

  /** The {@linkplain Trees#identity identities} of the devices in the allocation of a status. */
  static Set<String> of(@Nullable JsonNode status) {
    Set<String> devices = new HashSet<>();
    for (ObjectNode result : Trees.objects(status, "allocation", "devices", "results")) {
      devices.add(Trees.identity(id(result)));
    }
    return devices;
  }

  /** What makes a device one, as messages show it. */
  static ObjectNode id(@Nullable JsonNode device) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("Driver", Trees.text(device, "driver"))
        .put("Pool", Trees.text(device, "pool"))
        .put("Device", Trees.text(device, "device"))
        .put("ShareID", Trees.text(device, "shareID"));
  }

  /** Drops the states of devices that a status has no more, while the old object had them. */
  static void dropDeallocated(ObjectNode status, ObjectNode old) {
    if (!(status.get("devices") instanceof ArrayNode states)) {
      return;
    }
    Set<String> gone = of(Trees.object(old, "status"));
    gone.removeAll(of(status));
    ArrayNode left = status.arrayNode();
    for (JsonNode state : states) {
      if (!gone.contains(Trees.identity(id(state)))) {
        left.add(state);
      }
    }
    if (left.isEmpty()) {
      status.remove("devices");
    } else {
      status.set("devices", left);
    }
  }
}
