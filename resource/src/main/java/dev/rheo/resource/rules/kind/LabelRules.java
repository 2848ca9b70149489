package dev.rheo.resource.rules.kind;

import dev.rheo.api.name.Names;
import dev.rheo.api.status.FieldErrors;
import java.util.Locale;

/** Checks labels and label selectors at any place of an object. */
public final class LabelRules {
  /** Upper bound on all annotation keys and values together, in bytes of UTF-8. */
  private static final int ANNOTATIONS_MAX = 256 << 10;

  private LabelRules() {}

  /** Checks a map of labels. */
  public static void labels(Field labels) {
    for (Field label : labels.entries()) {
      label(labels, label.name(), label.text());
    }
  }

  private static void label(Field labels, String key, String value) {
    for (String fault : Names.labelKey(key)) {
      labels.invalid(key, fault);
    }
    for (String fault : Names.labelValue(value)) {
      labels.invalid(value, fault);
    }
  }

  /** Checks a map of annotations. */
  public static void annotations(Field annotations) {
    long size = 0;
    for (Field annotation : annotations.entries()) {
      String key = annotation.name();
      for (String fault : Names.labelKey(key.toLowerCase(Locale.ROOT))) {
        annotations.invalid(key, fault);
      }
      size += Syntax.bytes(key) + Syntax.bytes(annotation.text());
    }
    if (size > ANNOTATIONS_MAX) {
      annotations.tooLong(ANNOTATIONS_MAX);
    }
  }

  /** Checks a selector of {@code matchLabels} and {@code matchExpressions}. */
  public static void selector(Field selector) {
    selector(selector, false);
  }

  /**
   * Checks a selector of {@code matchLabels} and {@code matchExpressions}.
   *
   * @param anyValues whether the values of expressions may be no label values
   */
  public static void selector(Field selector, boolean anyValues) {
    labels(selector.at("matchLabels"));
    for (Field expression : selector.at("matchExpressions").items()) {
      expression(expression, anyValues);
    }
  }

  private static void expression(Field expression, boolean anyValues) {
    Field values = expression.at("values");
    switch (expression.at("operator").text()) {
      case "In", "NotIn" -> values.need("must be specified when `operator` is 'In' or 'NotIn'");
      case "Exists", "DoesNotExist" -> {
        if (values.size() > 0) {
          values.forbidden("may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
        }
      }
      default ->
          expression
              .at("operator")
              .invalid(expression.at("operator").text(), "not a valid selector operator");
    }
    expression.at("key").check(Names::labelKey);
    if (!anyValues) {
      for (Field value : values.items()) {
        value.check(Names::labelValue);
      }
    }
  }

  /** Whether a selector is accepted. */
  public static boolean isValidSelector(Field selector) {
    FieldErrors faults = new FieldErrors();
    selector(Field.root(selector.object(), faults));
    return faults.isEmpty();
  }
}
