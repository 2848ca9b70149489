package dev.rheo.cache;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Values of a resource's selectable fields, shared by objects whose values are all equal. */
final class FieldValues {
  /** The names, one array for all objects of the resource. */
  private final String[] names;

  private final String[] values;

  FieldValues(String[] names, String[] values) {
    this.names = names;
    this.values = values;
  }

  @Nullable String get(String field) {
    for (int i = 0; i < names.length; i++) {
      if (names[i].equals(field)) {
        return values[i];
      }
    }
    return null;
  }

  String[] names() {
    return names;
  }

  String[] array() {
    return values;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof FieldValues that
        && names == that.names
        && Arrays.equals(values, that.values);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(values);
  }
}
