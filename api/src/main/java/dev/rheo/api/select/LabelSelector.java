package dev.rheo.api.select;

import dev.rheo.api.status.ApiException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A selection by labels: the conjunction of its requirements. Immutable.
 *
 * <pre>
 *   app=web,tier in (front,back),!canary,release notin (beta),weight>3
 * </pre>
 */
public final class LabelSelector {
  private static final LabelSelector EVERYTHING = new LabelSelector(List.of());

  private final List<Requirement> requirements;

  private LabelSelector(List<Requirement> requirements) {
    this.requirements = requirements;
  }

  public static LabelSelector everything() {
    return EVERYTHING;
  }

  /** Selects the objects that carry all of these labels. */
  public static LabelSelector of(Map<String, String> labels) {
    return of(
        labels.entrySet().stream()
            .map(
                e ->
                    new Requirement(e.getKey(), Requirement.Operator.EQUALS, List.of(e.getValue())))
            .toList());
  }

  /** The conjunction of requirements. */
  public static LabelSelector of(List<Requirement> requirements) {
    if (requirements.isEmpty()) {
      return EVERYTHING;
    }
    return new LabelSelector(
        requirements.stream().sorted(Comparator.comparing(Requirement::key)).toList());
  }

  /**
   * Parses the syntax of the query parameter {@code labelSelector}.
   *
   * @throws ApiException 400, worded as upstream
   */
  public static LabelSelector parse(String text) {
    return text.isEmpty() ? EVERYTHING : of(new LabelSelectorParser(text).parse());
  }

  /** Sorted by key. */
  public List<Requirement> requirements() {
    return requirements;
  }

  public boolean isEverything() {
    return requirements.isEmpty();
  }

  public boolean matches(LabelSource labels) {
    for (int i = 0; i < requirements.size(); i++) {
      if (!requirements.get(i).matches(labels)) {
        return false;
      }
    }
    return true;
  }

  /**
   * The only value of a label that the selector admits, null if it does not require a single one.
   */
  public @Nullable String requiresExact(String key) {
    for (Requirement requirement : requirements) {
      if (requirement.key().equals(key)) {
        return switch (requirement.operator()) {
          case EQUALS, DOUBLE_EQUALS, IN ->
              requirement.values().size() == 1 ? requirement.values().getFirst() : null;
          default -> null;
        };
      }
    }
    return null;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof LabelSelector selector && requirements.equals(selector.requirements);
  }

  @Override
  public int hashCode() {
    return requirements.hashCode();
  }

  /** Canonical: parsing it gives an equal selector. */
  @Override
  public String toString() {
    return requirements.stream().map(Requirement::toString).collect(Collectors.joining(","));
  }
}
