package dev.rheo.server.verb.review;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.name.Names;
import dev.rheo.api.status.FieldError;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.codec.tree.Trees;
import java.util.List;

/** The selectors of the objects that an access review is about. */
final class SelectorAttributes {
  private SelectorAttributes() {}

  /**
   * Collects the faults of both selectors. An unknown operator is none: the client may be newer.
   *
   * @param at the path of the attributes
   */
  static void check(JsonNode attributes, String at, FieldErrors errors) {
    selector(attributes, "fieldSelector", at, errors);
    selector(attributes, "labelSelector", at, errors);
  }

  private static void selector(
      JsonNode attributes, String name, String parent, FieldErrors errors) {
    if (!(attributes.get(name) instanceof ObjectNode selector)) {
      return;
    }
    String at = parent + "." + name;
    String raw = Trees.text(selector, "rawSelector");
    List<ObjectNode> requirements = Trees.objects(selector, "requirements");
    if (!raw.isEmpty() && !requirements.isEmpty()) {
      errors.add(
          FieldError.invalid(
              at + ".rawSelector", raw, "may not specified at the same time as requirements"));
    }
    if (raw.isEmpty() && requirements.isEmpty()) {
      errors.add(
          FieldError.required(
              at + ".requirements",
              "when " + at + " is specified, requirements or rawSelector is required"));
    }
    for (int i = 0; i < requirements.size() && !errors.isFull(); i++) {
      String one = at + ".requirements[" + i + "]";
      if (name.equals("labelSelector")) {
        operator(requirements.get(i), one, errors);
        label(requirements.get(i), one, errors);
      } else {
        if (Trees.text(requirements.get(i), "key").isEmpty()) {
          errors.add(FieldError.required(one + ".key", "must be specified"));
        }
        operator(requirements.get(i), one, errors);
      }
    }
  }

  private static void operator(ObjectNode requirement, String at, FieldErrors errors) {
    boolean empty = Trees.isEmpty(requirement, "values");
    switch (Trees.text(requirement, "operator")) {
      case "In", "NotIn" -> {
        if (empty) {
          errors.add(
              FieldError.required(
                  at + ".values", "must be specified when `operator` is 'In' or 'NotIn'"));
        }
      }
      case "Exists", "DoesNotExist" -> {
        if (!empty) {
          errors.add(
              FieldError.forbidden(
                  at + ".values",
                  "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
        }
      }
      default -> {}
    }
  }

  private static void label(ObjectNode requirement, String at, FieldErrors errors) {
    String key = Trees.text(requirement, "key");
    errors.invalid(at + ".key", key, Names.labelKey(key));
    List<String> values = Trees.strings(requirement, "values");
    for (int i = 0; i < values.size() && !errors.isFull(); i++) {
      errors.invalid(at + ".values[" + i + "]", values.get(i), Names.labelValue(values.get(i)));
    }
  }
}
