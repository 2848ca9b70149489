package dev.rheo.server.allocation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.type.StoredResource;
import dev.rheo.server.verb.read.StoreReads;
import java.util.ArrayList;
import java.util.List;

/** The ranges of cluster IPs: those of the ServiceCIDR objects. */
public final class AddressRanges {
  /** The ServiceCIDR that the server makes of its configuration. */
  public static final String DEFAULT_NAME = "kubernetes";

  private final StoreReads reads;
  private final StoredResource serviceCidrs;
  private final ServiceNetwork network;

  /**
   * @param serviceCidrs the resource of the ServiceCIDR objects
   */
  public AddressRanges(StoreReads reads, StoredResource serviceCidrs, ServiceNetwork network) {
    this.reads = reads;
    this.serviceCidrs = serviceCidrs;
    this.network = network;
  }

  /** The configured families, the default first. */
  List<IpFamily> families() {
    return network.families();
  }

  /**
   * The ranges of which addresses may be given now, the default first. A range is not ready if its
   * object says so or is being deleted. A default object that is missing is about to be made.
   */
  public List<AddressRange> ready() {
    List<AddressRange> defaults = new ArrayList<>(2);
    List<AddressRange> further = new ArrayList<>();
    boolean[] present = {false};
    reads.each(
        serviceCidrs.keyPrefix(),
        value -> {
          ObjectNode object = ObjectDecoder.decode(value.value(), ObjectDecoder.MAX_DEPTH).tree();
          boolean isDefault = Trees.name(object).equals(DEFAULT_NAME);
          present[0] |= isDefault;
          if (isReady(object)) {
            addTo(isDefault ? defaults : further, object);
          }
          return true;
        });
    if (!present[0]) {
      defaults.addAll(network.ranges());
    }
    defaults.addAll(further);
    return defaults;
  }

  /** All ranges of all ServiceCIDR objects and of the configuration, ready or not. */
  public List<AddressRange> all() {
    List<AddressRange> all = new ArrayList<>(network.ranges());
    reads.each(
        serviceCidrs.keyPrefix(),
        value -> {
          addTo(all, ObjectDecoder.decode(value.value(), ObjectDecoder.MAX_DEPTH).tree());
          return true;
        });
    return all;
  }

  private static void addTo(List<AddressRange> ranges, ObjectNode object) {
    for (String text : Trees.strings(object, "spec", "cidrs")) {
      try {
        AddressRange range = AddressRange.parse(text);
        if (range.isUsable()) {
          ranges.add(range);
        }
      } catch (IllegalArgumentException e) {
        // It cannot be stored any more; an older release may have stored it.
      }
    }
  }

  private static boolean isReady(ObjectNode object) {
    if (!Trees.text(object, "metadata", "deletionTimestamp").isEmpty()) {
      return false;
    }
    for (ObjectNode condition : Trees.objects(object, "status", "conditions")) {
      if (Trees.text(condition, "type").equals("Ready")) {
        return Trees.text(condition, "status").equals("True");
      }
    }
    // Its controller may not run.
    return true;
  }
}
