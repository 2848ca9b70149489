package dev.rheo.schema;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.api.status.FieldErrors;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The rules of a schema: {@code x-kubernetes-validations}. Implementations are thread-safe. */
@FunctionalInterface
public interface ObjectRules {
  /**
   * Evaluates the rules.
   *
   * @param old null for a new value
   * @param fieldPath where the value is; empty for a whole object
   * @param warnings is told of faults of what has not changed, which are not refused
   */
  void validate(
      JsonNode value,
      @Nullable JsonNode old,
      String fieldPath,
      FieldErrors errors,
      Consumer<String> warnings);
}
