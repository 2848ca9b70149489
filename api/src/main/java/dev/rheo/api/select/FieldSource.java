package dev.rheo.api.select;

import org.jspecify.annotations.Nullable;

/** The selectable fields of an object, as seen by a selector. */
@FunctionalInterface
public interface FieldSource {
  /** The field's value; null counts as empty. */
  @Nullable String get(String field);
}
