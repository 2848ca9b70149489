package dev.rheo.resource.rules.device;

import com.fasterxml.jackson.databind.node.NullNode;
import dev.rheo.api.name.Names;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.GoValues;
import dev.rheo.resource.rules.kind.NodeSelectors;
import dev.rheo.resource.rules.kind.Syntax;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Checks of a device of a slice. */
final class SliceDevices {
  private static final int ENTRIES_MAX = 32;
  private static final int VALUES_MAX = 48;
  private static final int VALUE_BYTES_MAX = 64;
  private static final int KEY_SHOWN_MAX = 63 + 1 + 32;
  private static final int TAINTS_MAX = 16;
  private static final int CONSUMPTIONS_MAX = 2;
  private static final int COUNTERS_MAX = 32;
  private static final List<String> LISTS = List.of("bools", "ints", "strings", "versions");
  private static final String ELSEWHERE =
      "`nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set"
          + " to true in the ResourceSlice spec";
  private static final String ONE_SELECTION =
      "exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when"
          + " `perDeviceNodeSelection` is set to true in the ResourceSlice spec";

  private SliceDevices() {}

  /**
   * @param old of the same name; absent if there was none
   * @param ownNodes whether each device tells its nodes
   */
  static void validate(Field device, Field old, boolean ownNodes) {
    device.at("name").check(Names::dnsLabel);
    Field attributes = device.at("attributes");
    Field capacity = device.at("capacity");
    int entries = attributes.size() + capacity.size();
    if (entries > ENTRIES_MAX) {
      device.invalid(
          entries, "the total number of attributes and capacities must not exceed " + ENTRIES_MAX);
    }
    int values = values(attributes);
    if (values > VALUES_MAX) {
      device.invalid(values, "the total number of attribute values must not exceed " + VALUES_MAX);
    }
    map(attributes, SliceDevices::attribute);
    boolean shared = device.at("allowMultipleAllocations").flag();
    map(capacity, one -> capacity(one, shared));
    if (old.absent() || !device.at("taints").same(old.at("taints"))) {
      Lists.each(device.at("taints"), TAINTS_MAX, DeviceParts::taint);
    }
    Lists.set(
        device.at("consumesCounters"),
        CONSUMPTIONS_MAX,
        consumption -> counters(consumption, "counterSet"),
        consumption -> consumption.at("counterSet").text());
    if (ownNodes) {
      nodes(device);
    } else if (device.at("nodeName").present()
        || device.at("nodeSelector").present()
        || device.at("allNodes").present()) {
      device.invalid(NullNode.instance, ELSEWHERE);
    }
    DeviceParts.binding(device);
  }

  /** The number of values, those of lists counted singly. */
  private static int values(Field attributes) {
    int count = 0;
    for (Field attribute : attributes.entries()) {
      int listed = LISTS.stream().mapToInt(name -> attribute.at(name).size()).sum();
      count += listed == 0 ? 1 : listed;
    }
    return count;
  }

  private static void map(Field map, Consumer<Field> check) {
    for (Field entry : map.entries()) {
      DeviceNames.qualified(map, entry.name());
      check.accept(map.key(cut(entry.name(), KEY_SHOWN_MAX)).with(entry.node()));
    }
  }

  /** A key as upstream shows it: the middle of a long one is left out. */
  private static String cut(String key, int maximum) {
    if (key.length() <= maximum) {
      return key;
    }
    int rest = maximum - 3;
    return key.substring(0, (rest + 1) / 2) + "..." + key.substring(key.length() - rest / 2);
  }

  private static void attribute(Field attribute) {
    if (attribute.at("string").present()) {
      atMost(attribute.at("string"));
    }
    if (attribute.at("version").present()) {
      version(attribute.at("version"));
    }
    for (String list : LISTS) {
      if (attribute.at(list).present() && attribute.at(list).isEmpty()) {
        attribute.at(list).invalid("must not be empty if specified");
      }
    }
    for (Field text : attribute.at("strings").items()) {
      atMost(text);
    }
    for (Field text : attribute.at("versions").items()) {
      version(text);
    }
    int size = 0;
    for (Field member : attribute.entries()) {
      size += member.present() ? 1 : 0;
    }
    if (size == 0) {
      attribute.invalid("", "exactly one value must be specified");
    } else if (size > 1) {
      attribute.invalid(
          GoValues.of("resource.DeviceAttribute", attribute.node()),
          "exactly one value must be specified");
    }
  }

  private static void version(Field version) {
    if (!SemanticVersions.isValid(version.text())) {
      version.invalid(version.text(), "must be a string compatible with semver.org spec 2.0.0");
    }
    atMost(version);
  }

  private static void atMost(Field text) {
    if (Syntax.bytes(text.text()) > VALUE_BYTES_MAX) {
      text.tooLong(VALUE_BYTES_MAX);
    }
  }

  private static void capacity(Field capacity, boolean shared) {
    Field policy = capacity.at("requestPolicy");
    if (policy.absent()) {
      return;
    }
    if (shared) {
      CapacityPolicies.validate(policy, capacity.at("value"));
    } else {
      policy.forbidden("allowMultipleAllocations must be true");
    }
  }

  /**
   * Checks a set of counters, or what a device takes of one.
   *
   * @param name the field that names the set
   */
  static void counters(Field set, String name) {
    if (set.at(name).need("")) {
      set.at(name).check(Names::dnsLabel);
    }
    Field counters = set.at("counters");
    if (!counters.need("")) {
      return;
    }
    if (counters.size() > COUNTERS_MAX) {
      counters.tooMany(COUNTERS_MAX);
      return;
    }
    for (Field counter : counters.entries()) {
      for (String fault : Names.dnsLabel(counter.name())) {
        counters.invalid(counter.name(), fault);
      }
    }
  }

  private static void nodes(Field device) {
    List<String> set = new ArrayList<>();
    Field name = device.at("nodeName");
    if (!name.isEmpty()) {
      set.add("`nodeName`");
      name.check(Names::dnsSubdomain);
    } else if (name.present()) {
      name.invalid("", "must not be empty");
    }
    if (device.at("nodeSelector").present()) {
      set.add("`nodeSelector`");
      NodeSelectors.selector(device.at("nodeSelector"), false);
    }
    Field all = device.at("allNodes");
    if (all.flag()) {
      set.add("`allNodes`");
    } else if (all.present()) {
      all.invalid("must be either unset or set to true");
    }
    if (set.isEmpty()) {
      device.required(ONE_SELECTION);
    } else if (set.size() > 1) {
      device.invalid("{" + String.join(", ", set) + "}", ONE_SELECTION);
    }
  }
}
