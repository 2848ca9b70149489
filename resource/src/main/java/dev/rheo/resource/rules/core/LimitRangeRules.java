package dev.rheo.resource.rules.core;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.api.name.Names;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.KindRules;
import dev.rheo.resource.rules.kind.Quantities;
import dev.rheo.resource.rules.kind.ResourceNames;
import java.math.BigDecimal;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Rules for writes of limit ranges. */
final class LimitRangeRules extends KindRules {
  private static final Set<String> TYPES = Set.of("Pod", "Container", "PersistentVolumeClaim");
  private static final String NOT_OF_PODS = "may not be specified when `type` is 'Pod'";

  @Override
  protected void checkCreate(Field object) {
    Set<String> types = new HashSet<>();
    for (Field limit : object.at("spec", "limits").items()) {
      Field type = limit.at("type");
      type(type);
      if (!types.add(type.text())) {
        type.duplicate();
      }
      Set<String> resources = new LinkedHashSet<>();
      names(limit, "max", resources);
      names(limit, "min", resources);
      boolean pod = type.is("Pod");
      for (String defaults : List.of("default", "defaultRequest")) {
        if (!pod) {
          names(limit, defaults, resources);
        } else if (!limit.at(defaults).isEmpty()) {
          limit.at(defaults).forbidden(NOT_OF_PODS);
        }
      }
      if (type.is("PersistentVolumeClaim")
          && limit.at("min").key("storage").absent()
          && limit.at("max").key("storage").absent()) {
        limit
            .at("limits")
            .required(
                "either minimum or maximum storage value is required, but neither was provided");
      }
      names(limit, "maxLimitRequestRatio", resources);
      for (String resource : resources) {
        if (!object.isFull()) {
          new Bounds(limit, resource, pod).check();
        }
      }
    }
  }

  private static void type(Field type) {
    List<String> faults = Names.labelKey(type.text());
    faults.forEach(fault -> type.invalid(type.text(), fault));
    if (faults.isEmpty() && type.text().indexOf('/') < 0 && !TYPES.contains(type.text())) {
      type.invalid("must be a standard limit type or fully qualified");
    }
  }

  private static void names(Field limit, String list, Set<String> resources) {
    boolean ofContainers = limit.at("type").is("Pod") || limit.at("type").is("Container");
    for (Field quantity : limit.at(list).entries()) {
      String name = quantity.name();
      if (ofContainers) {
        ResourceNames.container(quantity, name);
      } else {
        ResourceNames.validate(quantity, name);
      }
      resources.add(name);
    }
  }

  /** What is said of one resource. Faults show the quantity, as text or as upstream has it. */
  private static final class Bounds {
    private final Field min;
    private final Field max;
    private final Field limit;
    private final Field request;
    private final Field ratio;
    private final String resource;

    /**
     * @param pod whether the limits are those of pods, which have no defaults
     */
    Bounds(Field limits, String resource, boolean pod) {
      this.resource = resource;
      min = limits.at("min").key(resource);
      max = limits.at("max").key(resource);
      limit = without(limits.at("default").key(resource), pod);
      request = without(limits.at("defaultRequest").key(resource), pod);
      ratio = limits.at("maxLimitRequestRatio").key(resource);
    }

    private static Field without(Field quantity, boolean pod) {
      return pod ? quantity.with(null) : quantity;
    }

    void check() {
      order(min, "min value", max, "max value", min, min);
      order(min, "min value", request, "default request value", request, request);
      order(request, "default request value", max, "max value", request, request);
      order(request, "default request value", limit, "default limit value", request, request);
      order(min, "min value", limit, "default value", limit, min);
      order(limit, "default value", max, "max value", limit, max);
      if (ratio.present()) {
        ratio();
      }
      if (!ResourceNames.isOvercommitAllowed(resource)
          && limit.present()
          && request.present()
          && Quantities.compare(limit, request) != 0) {
        request.invalid(
            "default value "
                + limit.text()
                + " must equal to defaultRequest value "
                + request.text()
                + " in "
                + resource);
      }
    }

    /**
     * @param at where the fault is
     * @param shown the value that the fault shows
     */
    private static void order(
        Field low, String lowName, Field high, String highName, Field at, Field shown) {
      if (low.present() && high.present() && Quantities.compare(low, high) > 0) {
        JsonNode value = shown.node();
        at.with(value)
            .invalid(
                lowName + " " + low.text() + " is greater than " + highName + " " + high.text());
      }
    }

    private void ratio() {
      BigDecimal most = Quantities.amount(ratio);
      if (most.compareTo(BigDecimal.ONE) < 0) {
        ratio.invalid("ratio " + ratio.text() + " is less than 1");
      }
      if (min.absent() || max.absent()) {
        return;
      }
      double possible = Quantities.amount(max).doubleValue() / Quantities.amount(min).doubleValue();
      if (most.doubleValue() > possible) {
        ratio.invalid(
            "ratio "
                + ratio.text()
                + " is greater than max/min = "
                + String.format(Locale.ROOT, "%f", possible));
      }
    }
  }
}
