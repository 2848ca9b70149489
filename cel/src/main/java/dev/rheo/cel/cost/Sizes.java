package dev.rheo.cel.cost;

import dev.cel.common.types.CelType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How large the values of variables can be. */
public interface Sizes {
  /** Nothing is known of any. */
  Sizes UNKNOWN = (path, type) -> null;

  /**
   * The number of elements or characters of a value.
   *
   * @param path from the variable on: fields, and {@code @items}, {@code @keys}, {@code @values},
   *     {@code @indices} of lists and maps; empty if it is no part of a variable
   * @return null if nothing is known
   */
  @Nullable Range size(List<String> path, CelType type);
}
