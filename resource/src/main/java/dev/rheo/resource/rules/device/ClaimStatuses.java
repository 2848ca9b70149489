package dev.rheo.resource.rules.device;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.api.name.Names;
import dev.rheo.api.net.Cidr;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.Conditions;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.GoValues;
import dev.rheo.resource.rules.kind.NodeSelectors;
import dev.rheo.resource.rules.kind.Syntax;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Checks of the status of a claim. */
final class ClaimStatuses {
  private static final String TYPE = "resource.AllocationResult";
  private static final int RESERVED_MAX = 256;
  private static final int RESULTS_MAX = 32;
  private static final int CONDITIONS_MAX = 8;
  private static final int DATA_MAX = 10 << 10;
  private static final int INTERFACE_MAX = 256;
  private static final int HARDWARE_ADDRESS_MAX = 128;
  private static final int ADDRESSES_MAX = 16;
  private static final List<String> SOURCES = List.of("FromClaim", "FromClass");

  private ClaimStatuses() {}

  static void validate(Field claim, Field old) {
    Field status = claim.at("status");
    Field reserved = status.at("reservedFor");
    Lists.set(reserved, RESERVED_MAX, ClaimStatuses::consumer, one -> one.at("uid").text());
    Set<String> allocated = AllocatedDevices.of(status.node());
    Lists.set(
        status.at("devices"),
        Integer.MAX_VALUE,
        device -> device(device, allocated),
        device -> AllocatedDevices.id(device.node()));
    Field allocation = status.at("allocation");
    if (!reserved.isEmpty() && allocation.absent()) {
      reserved.forbidden("may not be specified when `allocated` is not set");
    } else if (claim.at("metadata", "deletionTimestamp").present()
        && hasNew(reserved, old.at("status", "reservedFor"))) {
      reserved.forbidden(
          "new entries may not be added while `deallocationRequested` or `deletionTimestamp` are"
              + " set");
    }
    Field before = old.at("status", "allocation");
    if (allocation.absent()) {
      return;
    }
    if (before.absent()) {
      allocation(allocation, DeviceClaims.namesOf(claim.at("spec", "devices")));
    } else if (!GoValues.same(TYPE, allocation.node(), before.node())) {
      allocation.invalid(GoValues.of(TYPE, allocation.node()), "field is immutable");
    }
  }

  private static void consumer(Field consumer) {
    consumer.at("resource").need("");
    consumer.at("name").need("");
    consumer.at("uid").need("");
  }

  private static boolean hasNew(Field reserved, Field old) {
    Set<String> before = new HashSet<>();
    for (Field consumer : old.items()) {
      before.add(Trees.identity(consumer.object()));
    }
    for (Field consumer : reserved.items()) {
      if (!before.contains(Trees.identity(consumer.object()))) {
        return true;
      }
    }
    return false;
  }

  private static void device(Field device, Set<String> allocated) {
    DeviceNames.driver(device.at("driver"));
    DeviceNames.pool(device.at("pool"));
    device.at("device").check(Names::dnsLabel);
    DeviceNames.share(device.at("shareID"));
    JsonNode id = AllocatedDevices.id(device.node());
    if (!allocated.contains(Trees.identity(id))) {
      device.invalid(id, "must be an allocated device in the claim");
    }
    Field conditions = device.at("conditions");
    if (conditions.size() > CONDITIONS_MAX) {
      conditions.tooMany(CONDITIONS_MAX);
    }
    Conditions.validate(conditions);
    if (device.at("data").present()) {
      DeviceParts.raw(device.at("data"), DATA_MAX);
    }
    network(device.at("networkData"));
  }

  private static void network(Field network) {
    atMost(network.at("interfaceName"), INTERFACE_MAX);
    atMost(network.at("hardwareAddress"), HARDWARE_ADDRESS_MAX);
    Lists.set(network.at("ips"), ADDRESSES_MAX, ClaimStatuses::address, Field::text);
  }

  private static void atMost(Field text, int maximum) {
    if (Syntax.bytes(text.text()) > maximum) {
      text.tooLong(maximum);
    }
  }

  /** Demands the address of an interface with the length of its network's prefix. */
  private static void address(Field address) {
    Cidr cidr = Cidr.parse(address.text());
    if (cidr == null) {
      address.invalid(
          address.text(),
          "must be a valid address in CIDR form, (e.g. 10.9.8.7/24 or 2001:db8::1/64)");
      return;
    }
    boolean mapped = cidr.address().isMapped();
    int bits = mapped && cidr.bits() > 32 ? cidr.bits() - 96 : cidr.bits();
    String canonical = cidr.address() + "/" + bits;
    if (!canonical.equals(address.text())) {
      address.invalid(address.text(), "must be in canonical form (\"" + canonical + "\")");
    }
  }

  /** Checks a new allocation. */
  private static void allocation(Field allocation, DeviceClaims names) {
    Lists.each(allocation.at("devices", "results"), RESULTS_MAX, result -> result(result, names));
    Lists.each(
        allocation.at("devices", "config"),
        2 * DeviceParts.CONFIG_MAX,
        config -> {
          if (config.at("source").need("")) {
            config.at("source").oneOf(SOURCES);
          }
          names.references(config.at("requests"));
          DeviceParts.configuration(config, false);
        });
    if (allocation.at("nodeSelector").present()) {
      NodeSelectors.selector(allocation.at("nodeSelector"), false);
    }
  }

  private static void result(Field result, DeviceClaims names) {
    names.reference(result.at("request"));
    DeviceNames.driver(result.at("driver"));
    DeviceNames.pool(result.at("pool"));
    result.at("device").check(Names::dnsLabel);
    DeviceParts.binding(result);
    DeviceNames.share(result.at("shareID"));
  }
}
