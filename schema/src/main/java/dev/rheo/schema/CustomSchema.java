package dev.rheo.schema;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.FieldErrors;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Stand-in. */
public final class CustomSchema {
  private CustomSchema() {}

  public static CustomSchema of(Structural schema) {
    return new CustomSchema();
  }

  public void prune(ObjectNode object, @Nullable Consumer<String> unknownFields) {}

  public void applyDefaults(ObjectNode object) {}

  public void validateCreate(ObjectNode object, FieldErrors errors) {}

  public void validateUpdate(ObjectNode object, ObjectNode old, FieldErrors errors) {}

  public void validateStatusUpdate(ObjectNode object, ObjectNode old, FieldErrors errors) {}
}
