package dev.rheo.resource.rules.storage;

import dev.rheo.api.name.Names;
import dev.rheo.api.status.FieldError;
import dev.rheo.resource.rules.kind.DeprecatedNodeLabels;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.KindRules;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/** Rules for writes of storage classes. */
final class StorageClassRules extends KindRules {
  @Override
  protected void checkCreate(Field object) {
    ClassParameters.provisioner(object.at("provisioner"));
    ClassParameters.validate(object.at("parameters"), true);
    Field policy = object.at("reclaimPolicy");
    if (!policy.isEmpty()) {
      policy.oneOf(List.of("Delete", "Retain"));
    }
    Field mode = object.at("volumeBindingMode");
    if (mode.absent()) {
      mode.required("");
    } else {
      mode.oneOf(List.of("Immediate", "WaitForFirstConsumer"));
    }
    topologies(object.at("allowedTopologies"));
  }

  @Override
  protected void checkUpdate(Field object, Field old) {
    checkCreate(object);
    for (String name : List.of("parameters", "provisioner", "reclaimPolicy", "volumeBindingMode")) {
      object.at(name).immutable(old.at(name));
    }
  }

  /** Demands terms that differ; the order of keys and values does not matter. */
  private static void topologies(Field topologies) {
    Set<String> seen = new HashSet<>();
    for (Field term : topologies.items()) {
      Map<String, Set<String>> values = new TreeMap<>();
      for (Field expression : term.at("matchLabelExpressions").items()) {
        Set<String> each = values(expression.at("values"));
        expression.at("key").check(Names::labelKey);
        if (values.put(expression.at("key").text(), each) != null) {
          expression.at("key").duplicate();
        }
      }
      // a term without expressions is one that upstream has seen before
      if (!seen.add(values.toString()) || values.isEmpty()) {
        Field expressions = term.at("matchLabelExpressions");
        expressions.fault(FieldError.duplicate(expressions.path(), ""));
      }
    }
  }

  private static Set<String> values(Field values) {
    values.need("");
    Set<String> seen = new TreeSet<>();
    for (Field value : values.items()) {
      if (!seen.add(value.text())) {
        value.duplicate();
      }
    }
    return seen;
  }

  @Override
  protected void warn(Field object, Field old, Consumer<String> warnings) {
    for (Field term : object.at("allowedTopologies").items()) {
      for (Field expression : term.at("matchLabelExpressions").items()) {
        Field key = expression.at("key");
        String message = DeprecatedNodeLabels.message(key.text());
        if (message != null) {
          warnings.accept(key.path() + ": " + message);
        }
      }
    }
  }
}
