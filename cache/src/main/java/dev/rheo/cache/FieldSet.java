package dev.rheo.cache;

import dev.rheo.api.select.FieldSource;
import org.jspecify.annotations.Nullable;

/**
 * The selectable fields of an object, {@code metadata.name} and {@code metadata.namespace}
 * included.
 */
public final class FieldSet implements FieldSource {
  private final Entry entry;

  FieldSet(Entry entry) {
    this.entry = entry;
  }

  /**
   * The field's value ({@code ""} or its zero when absent); null if the resource has no such field.
   */
  @Override
  public @Nullable String get(String field) {
    return switch (field) {
      case "metadata.name" -> entry.name();
      case "metadata.namespace" -> entry.namespace();
      default -> entry.values().get(field);
    };
  }
}
