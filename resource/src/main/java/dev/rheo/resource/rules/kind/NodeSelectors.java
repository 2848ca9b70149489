package dev.rheo.resource.rules.kind;

import dev.rheo.api.name.Names;

/** Checks what selects nodes by their labels and fields. */
public final class NodeSelectors {
  private NodeSelectors() {}

  /**
   * Checks a selector of {@code nodeSelectorTerms}.
   *
   * @param anyValues whether the values of expressions may be no label values
   */
  public static void selector(Field selector, boolean anyValues) {
    Field terms = selector.at("nodeSelectorTerms");
    if (terms.need("must have at least one node selector term")) {
      for (Field term : terms.items()) {
        term(term, anyValues);
      }
    }
  }

  /**
   * Checks a term of {@code matchExpressions} and {@code matchFields}.
   *
   * @param anyValues whether the values of expressions may be no label values
   */
  public static void term(Field term, boolean anyValues) {
    for (Field expression : term.at("matchExpressions").items()) {
      expression(expression, anyValues);
    }
    for (Field requirement : term.at("matchFields").items()) {
      field(requirement);
    }
  }

  private static void expression(Field expression, boolean anyValues) {
    Field operator = expression.at("operator");
    Field values = expression.at("values");
    if (!operator.is("Gt") && !operator.is("Lt")) {
      LabelSelectors.operator(operator, values);
    } else if (values.size() != 1) {
      values.required("must be specified single value when `operator` is 'Lt' or 'Gt'");
    }
    LabelSelectors.keyAndValues(expression, anyValues);
  }

  private static void field(Field requirement) {
    Field operator = requirement.at("operator");
    Field values = requirement.at("values");
    if (!operator.is("In") && !operator.is("NotIn")) {
      operator.invalid(operator.text(), "not a valid selector operator");
    } else if (values.size() != 1) {
      values.required(
          "must be only one value when `operator` is 'In' or 'NotIn' for node field selector");
    }
    Field key = requirement.at("key");
    if (!key.is("metadata.name")) {
      key.invalid(key.text(), "not a valid field selector key");
      return;
    }
    for (Field value : values.items()) {
      value.check(Names::dnsSubdomain);
    }
  }
}
