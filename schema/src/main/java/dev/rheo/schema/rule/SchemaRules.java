package dev.rheo.schema.rule;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.schema.ObjectRules;
import dev.rheo.schema.Structural;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The rules of a schema ({@code x-kubernetes-validations}), which objects must fulfil (KEP-2876).
 * Each costs at most a million units, all of an object ten million; a unit is about the time that
 * it takes to read a field. A rule is compiled when the first object is judged by it, and kept.
 *
 * <p>Immutable and thread-safe.
 */
public final class SchemaRules implements ObjectRules {
  /** What all rules of an object may cost. */
  public static final long BUDGET = 10_000_000;

  private final RuleNode root;

  private SchemaRules(RuleNode root) {
    this.root = root;
  }

  /** The rules of the schema of a custom resource; null if it has none. */
  public static @Nullable SchemaRules compile(Structural resource) {
    return compile(resource, true);
  }

  /**
   * The rules of a part of a schema; null if it has none.
   *
   * @param resource whether it is the schema of a resource, or of one that is embedded
   */
  public static @Nullable SchemaRules compile(Structural schema, boolean resource) {
    RuleNode root = RuleNode.of(schema, resource);
    return root == null ? null : new SchemaRules(root);
  }

  /**
   * Judges an object.
   *
   * @param old what it replaces; null for a new object
   * @param fieldPath of the object; empty if it is a whole resource
   * @param errors gets the faults, in the order of upstream, fields in the order of the object
   * @param warnings gets the faults of what has not changed, which are not refused
   * @throws RuntimeException if the meter of the thread ends the work or refuses the memory
   */
  @Override
  public void validate(
      JsonNode object,
      @Nullable JsonNode old,
      String fieldPath,
      FieldErrors errors,
      Consumer<String> warnings) {
    Ratchet ratchet =
        old == null ? Ratchet.NONE : new Ratchet(new Correlation(object, old, root.schema), null);
    judge(object, old, fieldPath, errors, warnings, ratchet, BUDGET);
  }

  /**
   * Judges a default value, of which nothing is excused.
   *
   * @param old the same value, or null: rules that judge changes see it as unchanged, or as new
   * @param budget what the rules may cost
   * @return what is left of the budget; negative if it was exceeded
   */
  public long validateDefault(
      JsonNode value, @Nullable JsonNode old, String fieldPath, FieldErrors errors, long budget) {
    return judge(value, old, fieldPath, errors, warning -> {}, Ratchet.NONE, budget);
  }

  long judge(
      JsonNode object,
      @Nullable JsonNode old,
      String fieldPath,
      FieldErrors errors,
      Consumer<String> warnings,
      Ratchet ratchet,
      long budget) {
    Judge judge = new Judge(errors, warnings, budget);
    judge.judge(root, fieldPath, object, old, ratchet);
    return judge.left();
  }
}
