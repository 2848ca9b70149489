package dev.rheo.schema.value;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.schema.Structural;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Validates values against a schema. What a restriction means for a value of another type, in which
 * order things are checked and what is said is that of kube-openapi's validator. Immutable and
 * thread-safe.
 */
public final class ValueRules {
  private final Structural structural;
  private final ValueSchema schema;

  private ValueRules(Structural structural, boolean strict) {
    this.structural = structural;
    this.schema = ValueSchema.of(structural, strict);
  }

  /** What objects must fulfil. */
  public static ValueRules of(Structural schema) {
    return new ValueRules(schema, true);
  }

  /** What the default of a value must fulfil. */
  public static ValueRules ofDefault(Structural schema) {
    return new ValueRules(schema, false);
  }

  /**
   * Validates a new value.
   *
   * @param fieldPath where the value is; empty for a whole object
   */
  public void create(JsonNode value, String fieldPath, FieldErrors errors) {
    Outcome outcome = new Outcome();
    new ValueWalk().value(schema, value, null, outcome);
    report(outcome, fieldPath, errors);
  }

  /**
   * Validates a value that takes the place of another. What is wrong with a part that has not
   * changed is no fault.
   *
   * @param old null if there was none
   */
  public void update(JsonNode value, @Nullable JsonNode old, String fieldPath, FieldErrors errors) {
    Outcome outcome = new Outcome();
    new ValueWalk().value(schema, value, null, outcome);
    if (!outcome.isValid()) {
      // only now does it matter what was there before
      outcome = new Outcome();
      new ValueWalk().changed(schema, value, new Correlated(value, old, structural), outcome);
    }
    report(outcome, fieldPath, errors);
  }

  private static void report(Outcome outcome, String fieldPath, FieldErrors errors) {
    Set<String> messages = new HashSet<>();
    for (Fault fault : outcome.faults()) {
      if (fault.message().isEmpty() || messages.add(fault.message())) {
        errors.add(fault.error(fieldPath));
      }
    }
  }
}
