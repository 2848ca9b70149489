package dev.rheo.schema;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a schema demands of values, without changing them. Immutable. Empty texts and nulls stand
 * for what is not stated.
 *
 * @param enumeration the values that are allowed; empty for any
 */
public record Restrictions(
    String format,
    @Nullable Double maximum,
    boolean exclusiveMaximum,
    @Nullable Double minimum,
    boolean exclusiveMinimum,
    @Nullable Long maxLength,
    @Nullable Long minLength,
    String pattern,
    @Nullable Long maxItems,
    @Nullable Long minItems,
    boolean uniqueItems,
    @Nullable Double multipleOf,
    List<JsonNode> enumeration,
    @Nullable Long maxProperties,
    @Nullable Long minProperties,
    List<String> required,
    List<Nested> allOf,
    List<Nested> oneOf,
    List<Nested> anyOf,
    @Nullable Nested not) {

  /**
   * A schema below {@code allOf}, {@code oneOf}, {@code anyOf} or {@code not}: it may restrict, and
   * nothing else. What it must not state is refused when the definition is written, but for {@code
   * type}, which {@code anyOf} and {@code allOf} of integers or strings state.
   *
   * @param own what is demanded of the value itself; null if nothing is
   * @param misplaced the names of what it states and must not, but for {@code type}
   */
  public record Nested(
      @Nullable Restrictions own,
      List<Rule> rules,
      Map<String, Nested> properties,
      @Nullable Nested items,
      @Nullable Nested additional,
      String type,
      List<String> misplaced) {

    public Nested(
        @Nullable Restrictions own,
        List<Rule> rules,
        Map<String, Nested> properties,
        @Nullable Nested items,
        @Nullable Nested additional,
        String type) {
      this(own, rules, properties, items, additional, type, List.of());
    }
  }
}
