package dev.rheo.api.select;

import dev.rheo.api.name.Names;
import dev.rheo.api.status.FieldError;
import dev.rheo.api.status.FieldErrors;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One term of a label selector.
 *
 * @param values sorted, without duplicates; empty for {@link Operator#EXISTS} and {@link
 *     Operator#DOES_NOT_EXIST}, any number for {@link Operator#IN} and {@link Operator#NOT_IN},
 *     exactly one for the others
 */
public record Requirement(String key, Operator operator, List<String> values) {

  /** How a requirement compares a label. */
  public enum Operator {
    EQUALS("="),
    DOUBLE_EQUALS("=="),
    NOT_EQUALS("!="),
    IN("in"),
    NOT_IN("notin"),
    EXISTS("exists"),
    DOES_NOT_EXIST("!"),
    GREATER_THAN("gt"),
    LESS_THAN("lt");

    private final String word;

    Operator(String word) {
      this.word = word;
    }

    String word() {
      return word;
    }

    boolean unary() {
      return this == EXISTS || this == DOES_NOT_EXIST;
    }
  }

  public Requirement {
    values = values.stream().distinct().sorted().toList();
  }

  public boolean matches(LabelSource labels) {
    String value = labels.get(key);
    return switch (operator) {
      case EQUALS, DOUBLE_EQUALS, IN -> value != null && isListed(value);
      case NOT_EQUALS, NOT_IN -> value == null || !isListed(value);
      case EXISTS -> value != null;
      case DOES_NOT_EXIST -> value == null;
      case GREATER_THAN, LESS_THAN -> value != null && compares(value);
    };
  }

  private boolean isListed(String value) {
    return Collections.binarySearch(values, value) >= 0;
  }

  private boolean compares(String value) {
    Long actual = integer(value);
    Long bound = integer(values.getFirst());
    if (actual == null || bound == null) {
      return false;
    }
    return operator == Operator.GREATER_THAN ? actual > bound : actual < bound;
  }

  /** The faults of this requirement in upstream's wording, empty if it is valid. */
  FieldErrors validate() {
    FieldErrors errors = new FieldErrors();
    List<String> keyFaults = Names.labelKey(key);
    if (!keyFaults.isEmpty()) {
      errors.add(FieldError.invalid("key", key, String.join("; ", keyFaults)));
    }
    for (int i = 0; i < values.size() && !errors.isFull(); i++) {
      String value = values.get(i);
      if ((operator == Operator.GREATER_THAN || operator == Operator.LESS_THAN)
          && integer(value) == null) {
        errors.add(
            FieldError.invalid(
                "values[" + i + "]",
                value,
                "for 'Gt', 'Lt' operators, the value must be an integer"));
      }
    }
    for (int i = 0; i < values.size() && !errors.isFull(); i++) {
      List<String> faults = Names.labelValue(values.get(i));
      if (!faults.isEmpty()) {
        errors.add(
            FieldError.invalid(
                "values[" + i + "][" + key + "]", values.get(i), String.join("; ", faults)));
      }
    }
    return errors;
  }

  /** Canonical: as upstream prints it. */
  @Override
  public String toString() {
    return switch (operator) {
      case EXISTS -> key;
      case DOES_NOT_EXIST -> "!" + key;
      case EQUALS -> key + "=" + values.getFirst();
      case DOUBLE_EQUALS -> key + "==" + values.getFirst();
      case NOT_EQUALS -> key + "!=" + values.getFirst();
      case GREATER_THAN -> key + ">" + values.getFirst();
      case LESS_THAN -> key + "<" + values.getFirst();
      case IN -> key + " in (" + String.join(",", values) + ")";
      case NOT_IN -> key + " notin (" + String.join(",", values) + ")";
    };
  }

  private static @Nullable Long integer(String text) {
    try {
      // the values are ASCII, so this accepts what Go's ParseInt does
      return Long.valueOf(text);
    } catch (NumberFormatException e) {
      return null;
    }
  }
}
