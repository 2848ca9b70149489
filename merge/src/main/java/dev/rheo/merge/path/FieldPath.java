package dev.rheo.merge.path;

import java.util.ArrayList;
import java.util.List;

/**
 * A path from the root of an object: {@code .spec.containers[name="a"].image}. Immutable.
 *
 * @param elements the steps, none for the object itself
 */
public record FieldPath(List<PathElement> elements) implements Comparable<FieldPath> {
  /** The path of the object itself. */
  public static final FieldPath ROOT = new FieldPath(List.of());

  public FieldPath {
    elements = List.copyOf(elements);
  }

  /** A path of field names. */
  public static FieldPath of(String... names) {
    List<PathElement> elements = new ArrayList<>(names.length);
    for (String name : names) {
      elements.add(new PathElement.Field(name));
    }
    return new FieldPath(elements);
  }

  @Override
  public int compareTo(FieldPath other) {
    int shared = Math.min(elements.size(), other.elements.size());
    for (int i = 0; i < shared; i++) {
      int order = elements.get(i).compareTo(other.elements.get(i));
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(elements.size(), other.elements.size());
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    elements.forEach(text::append);
    return text.toString();
  }
}
