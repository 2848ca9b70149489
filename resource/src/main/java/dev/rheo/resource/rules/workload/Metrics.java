package dev.rheo.resource.rules.workload;

import dev.rheo.api.name.Names;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.Quantities;
import dev.rheo.resource.rules.kind.ResourceNames;
import java.util.List;
import java.util.Map;

/** Checks of the metrics by which an autoscaler scales. */
final class Metrics {
  /** Types of metrics, and the members that describe them. */
  private static final Map<String, String> SOURCES =
      Map.of(
          "ContainerResource", "containerResource",
          "External", "external",
          "Object", "object",
          "Pods", "pods",
          "Resource", "resource");

  private static final List<String> TYPES = SOURCES.keySet().stream().sorted().toList();

  /** The members, in the order in which the first is checked. */
  private static final List<String> ORDER =
      List.of("object", "external", "pods", "resource", "containerResource");

  private static final List<String> TARGET_TYPES = List.of("Utilization", "Value", "AverageValue");

  private Metrics() {}

  static void validate(Field metric, ObjectReferences.Group ofObject) {
    Field type = metric.at("type");
    type.need("must specify a metric source type");
    type.oneOf(TYPES);
    List<String> present = ORDER.stream().filter(name -> metric.at(name).present()).toList();
    if (!present.isEmpty()) {
      source(metric.at(present.getFirst()), ofObject);
    }
    String expected = SOURCES.get(type.text());
    if (expected != null && metric.at(expected).absent()) {
      metric.at(expected).required("must populate information for the given metric source");
    }
    if (present.size() != 1) {
      for (String name : present) {
        if (!name.equals(expected)) {
          metric.at(name).forbidden("must populate the given metric source only");
        }
      }
    }
  }

  private static void source(Field source, ObjectReferences.Group ofObject) {
    Field target = source.at("target");
    switch (source.name()) {
      case "object" -> {
        ObjectReferences.validate(source.at("describedObject"), ofObject);
        identifier(source.at("metric"));
        target(target);
        either(target, "value", "averageValue", "must set either a target value or averageValue");
      }
      case "external" -> {
        identifier(source.at("metric"));
        target(target);
        either(
            target,
            "value",
            "averageValue",
            "must set either a target value for metric or a per-pod target");
        notBoth(
            target,
            "averageValue",
            "value",
            "may not set both a target value for metric and a per-pod target");
      }
      case "pods" -> {
        identifier(source.at("metric"));
        target(target);
        either(
            target, "averageValue", "averageValue", "must specify a positive target averageValue");
      }
      case "resource" -> {
        source.at("name").need("must specify a resource name");
        resource(target);
      }
      default -> {
        Field name = source.at("name");
        if (name.need("must specify a resource name")) {
          ResourceNames.container(name, name.text());
        }
        if (source.at("container").need("must specify a container")) {
          source.at("container").check(Names::dnsLabel);
        }
        resource(target);
      }
    }
  }

  private static void resource(Field target) {
    target(target);
    either(
        target,
        "averageValue",
        "averageUtilization",
        "must set either a target raw value or a target utilization");
    notBoth(
        target,
        "averageUtilization",
        "averageValue",
        "may not set both a target raw value and a target utilization");
  }

  /** Demands one of two members; the fault is reported at the second. */
  private static void either(Field target, String one, String other, String fault) {
    if (target.at(one).absent() && target.at(other).absent()) {
      target.at(other).required(fault);
    }
  }

  private static void notBoth(Field target, String one, String other, String fault) {
    if (target.at(one).present() && target.at(other).present()) {
      target.at(other).forbidden(fault);
    }
  }

  private static void identifier(Field metric) {
    if (metric.at("name").need("must specify a metric name")) {
      metric.at("name").check(Names::pathSegment);
    }
  }

  private static void target(Field target) {
    Field type = target.at("type");
    type.need("must specify a metric target type");
    if (!TARGET_TYPES.contains(type.text())) {
      type.invalid(type.text(), "must be either Utilization, Value, or AverageValue");
    }
    for (String name : new String[] {"value", "averageValue"}) {
      Field amount = target.at(name);
      if (amount.present() && Quantities.amount(amount).signum() <= 0) {
        amount.invalid("must be positive");
      }
    }
    Field utilization = target.at("averageUtilization");
    if (utilization.present() && utilization.number() < 1) {
      utilization.invalid("must be greater than 0");
    }
  }
}
