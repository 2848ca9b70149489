package dev.rheo.resource.rules.kind;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.name.Names;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.codec.tree.Trees;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Label selectors in specs: objects of {@code matchLabels} and {@code matchExpressions}. */
public final class LabelSelectors {
  private LabelSelectors() {}

  // what they select

  /**
   * Whether a selector matches the labels; one that cannot be evaluated matches nothing.
   *
   * @see #matches(Field, Field) for one that may be absent
   */
  public static boolean matches(ObjectNode selector, @Nullable ObjectNode labels) {
    if (!containsAll(labels, Trees.object(selector, "matchLabels"))) {
      return false;
    }
    for (ObjectNode expression : Trees.objects(selector, "matchExpressions")) {
      JsonNode value = Trees.get(labels, Trees.text(expression, "key"));
      boolean listed =
          value != null && Trees.strings(expression, "values").contains(value.asText());
      boolean holds =
          switch (Trees.text(expression, "operator")) {
            case "In" -> listed;
            case "NotIn" -> !listed;
            case "Exists" -> value != null;
            case "DoesNotExist" -> value == null;
            default -> false;
          };
      if (!holds) {
        return false;
      }
    }
    return true;
  }

  /** As upstream, no selector matches nothing, and an empty one everything. */
  public static boolean matches(Field selector, Field labels) {
    return selector.present() && matches(selector.object(), labels.object());
  }

  /** Whether the labels include all wanted ones, with equal values. */
  public static boolean containsAll(@Nullable ObjectNode labels, @Nullable ObjectNode wanted) {
    if (wanted != null) {
      for (Map.Entry<String, JsonNode> entry : wanted.properties()) {
        if (!entry.getValue().equals(Trees.get(labels, entry.getKey()))) {
          return false;
        }
      }
    }
    return true;
  }

  /** Whether there is a selector, and it selects everything. */
  public static boolean isEverything(Field selector) {
    return selector.present()
        && selector.at("matchLabels").size() + selector.at("matchExpressions").size() == 0;
  }

  // what is wrong with them

  /** Refuses a selector that controllers could not evaluate; none at all is fine. */
  public static void validate(Field selector) {
    validate(selector, false);
  }

  /**
   * Refuses a selector that controllers could not evaluate; none at all is fine.
   *
   * @param anyValues whether expressions may have values that no label can have: old objects do
   */
  public static void validate(Field selector, boolean anyValues) {
    LabelRules.labels(selector.at("matchLabels"));
    for (Field expression : selector.at("matchExpressions").items()) {
      expression(expression, anyValues);
    }
  }

  private static void expression(Field expression, boolean anyValues) {
    operator(expression.at("operator"), expression.at("values"));
    keyAndValues(expression, anyValues);
  }

  /** Checks that there are as many values as the operator takes. */
  static void operator(Field operator, Field values) {
    switch (operator.text()) {
      case "In", "NotIn" -> values.need("must be specified when `operator` is 'In' or 'NotIn'");
      case "Exists", "DoesNotExist" -> {
        if (!values.isEmpty()) {
          values.forbidden("may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
        }
      }
      default -> operator.invalid(operator.text(), "not a valid selector operator");
    }
  }

  static void keyAndValues(Field expression, boolean anyValues) {
    expression.at("key").check(Names::labelKey);
    if (!anyValues) {
      for (Field value : expression.at("values").items()) {
        value.check(Names::labelValue);
      }
    }
  }

  /** Whether it can be evaluated; none at all can. */
  public static boolean isValid(Field selector) {
    FieldErrors errors = new FieldErrors();
    validate(Field.root(selector.object(), errors));
    return errors.isEmpty();
  }

  /** Whether an expression has a value that no label can have. */
  public static boolean hasInvalidValue(Field selector) {
    for (Field expression : selector.at("matchExpressions").items()) {
      for (Field value : expression.at("values").items()) {
        if (!Names.labelValue(value.text()).isEmpty()) {
          return true;
        }
      }
    }
    return false;
  }

  /** The selector as messages show it, members in Go's order. */
  public static JsonNode shown(@Nullable JsonNode selector) {
    if (!(selector instanceof ObjectNode object)) {
      return NullNode.instance;
    }
    ObjectNode out = JsonNodeFactory.instance.objectNode();
    if (!Trees.isEmpty(object, "matchLabels")) {
      out.set("matchLabels", shownLabels(object.get("matchLabels")));
    }
    if (!Trees.isEmpty(object, "matchExpressions")) {
      out.set("matchExpressions", object.get("matchExpressions"));
    }
    return out;
  }

  /** Labels as messages show them, sorted. */
  public static JsonNode shownLabels(@Nullable JsonNode labels) {
    if (!(labels instanceof ObjectNode object)) {
      return NullNode.instance;
    }
    Map<String, JsonNode> sorted = new TreeMap<>();
    object.properties().forEach(label -> sorted.put(label.getKey(), label.getValue()));
    ObjectNode out = JsonNodeFactory.instance.objectNode();
    out.setAll(sorted);
    return out;
  }
}
