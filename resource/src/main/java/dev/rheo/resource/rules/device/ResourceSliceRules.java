package dev.rheo.resource.rules.device;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.name.Names;
import dev.rheo.api.status.GoText;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.GoValues;
import dev.rheo.resource.rules.kind.KindRules;
import dev.rheo.resource.rules.kind.NodeSelectors;
import dev.rheo.resource.type.WriteContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/** Rules for writes of slices, in which drivers tell which devices there are. */
final class ResourceSliceRules extends KindRules {
  private static final int DEVICES_MAX = 128;
  private static final int DEVICES_WITH_MORE_MAX = 64;
  private static final int COUNTER_SETS_MAX = 8;
  private static final String ONE_SELECTION =
      "exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required";

  @Override
  public void prepareCreate(ObjectNode slice, WriteContext context) {
    stampTaints(slice, context);
    DisabledSliceFields.drop(slice, slice.objectNode());
  }

  @Override
  public void prepareUpdate(
      ObjectNode slice, ObjectNode old, String subresource, WriteContext context) {
    stampTaints(slice, context);
    if (DisabledSliceFields.drop(slice, old) && Trees.same(slice.get("spec"), old.get("spec"))) {
      // as upstream, which counts a change of fields that it then drops
      ObjectNode metadata = Trees.metadata(slice);
      metadata.put("generation", Trees.number(metadata, "generation") + 1);
    }
  }

  /** Tells when a taint was added, unless the driver does. */
  private static void stampTaints(ObjectNode slice, WriteContext context) {
    for (ObjectNode device : Trees.objects(slice, "spec", "devices")) {
      Trees.eachObject(
          device, "taints", taint -> Trees.putText(taint, "timeAdded", context.seconds()));
    }
  }

  @Override
  protected void checkCreate(Field slice) {
    check(slice.at("spec"), slice.at("spec").with(null));
  }

  @Override
  protected void checkUpdate(Field slice, Field old) {
    check(slice.at("spec"), old.at("spec"));
  }

  @Override
  protected void warn(Field slice, Field old, Consumer<String> warnings) {
    String driver = slice.at("spec", "driver").text();
    if (!driver.equals(driver.toLowerCase(Locale.ROOT))) {
      warnings.accept(
          "spec.driver: driver names should be lowercase; "
              + GoText.quote(driver)
              + " contains uppercase characters");
    }
  }

  private static void check(Field spec, Field old) {
    DeviceNames.driver(spec.at("driver"));
    Field pool = spec.at("pool");
    DeviceNames.pool(pool.at("name"));
    if (pool.at("resourceSliceCount").number() <= 0) {
      pool.at("resourceSliceCount")
          .invalid(pool.at("resourceSliceCount").number(), "must be greater than zero");
    }
    if (pool.at("generation").number() < 0) {
      pool.at("generation").invalid("must be greater than or equal to zero");
    }
    if (old.present()) {
      immutable(pool.at("name"), old.at("pool", "name"));
      immutable(spec.at("driver"), old.at("driver"));
      spec.at("nodeName").immutable(old.at("nodeName"));
    }
    selection(spec);
    Field devices = spec.at("devices");
    Field counters = spec.at("sharedCounters");
    if (devices.present() && counters.present()) {
      spec.invalid("", "only one of `sharedCounters` or `devices` is allowed");
    }
    Map<String, Field> before = new HashMap<>();
    for (Field device : old.at("devices").items()) {
      before.putIfAbsent(device.at("name").text(), device);
    }
    boolean ownNodes = spec.at("perDeviceNodeSelection").flag();
    Lists.set(
        devices,
        hasMore(devices) ? DEVICES_WITH_MORE_MAX : DEVICES_MAX,
        device ->
            SliceDevices.validate(
                device, before.getOrDefault(device.at("name").text(), old.at("none")), ownNodes),
        device -> device.at("name").text());
    Lists.set(
        counters,
        COUNTER_SETS_MAX,
        set -> SliceDevices.counters(set, "name"),
        set -> set.at("name").text());
  }

  private static void immutable(Field text, Field old) {
    if (!text.is(old.text())) {
      text.invalid(text.text(), "field is immutable");
    }
  }

  private static void selection(Field spec) {
    List<String> set = new ArrayList<>();
    Field name = spec.at("nodeName");
    if (!name.isEmpty()) {
      set.add("`nodeName`");
      name.check(Names::dnsSubdomain);
    } else if (name.present()) {
      name.invalid("", "must be either unset or set to a non-empty string");
    }
    Field selector = spec.at("nodeSelector");
    if (selector.present()) {
      set.add("`nodeSelector`");
      NodeSelectors.selector(selector, false);
      Field terms = selector.at("nodeSelectorTerms");
      if (terms.size() != 1) {
        terms.invalid(
            GoValues.of("core.NodeSelector", selector.node()).get("NodeSelectorTerms"),
            "must have exactly one node selector term");
      }
    }
    flag(spec.at("allNodes"), set);
    flag(spec.at("perDeviceNodeSelection"), set);
    if (set.isEmpty()) {
      spec.required(ONE_SELECTION);
    } else if (set.size() > 1) {
      spec.invalid(
          "{" + String.join(", ", set) + "}", ONE_SELECTION + ", but multiple fields are set");
    }
  }

  private static void flag(Field flag, List<String> set) {
    if (flag.flag()) {
      set.add("`" + flag.name() + "`");
    } else if (flag.present()) {
      flag.invalid("must be either unset or set to true");
    }
  }

  /** Whether a device has what makes slices large. */
  private static boolean hasMore(Field devices) {
    for (Field device : devices.items()) {
      if (!device.at("taints").isEmpty() || !device.at("consumesCounters").isEmpty()) {
        return true;
      }
      for (Field attribute : device.at("attributes").entries()) {
        if (DisabledSliceFields.LISTS.stream().anyMatch(list -> attribute.at(list).present())) {
          return true;
        }
      }
    }
    return false;
  }
}
