package dev.rheo.schema;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Stand-in. */
public final class StructuralReader {
  private StructuralReader() {}

  public static Structural read(@Nullable JsonNode schema) {
    return new Structural(
        "",
        false,
        null,
        Map.of(),
        null,
        Structural.Additional.NONE,
        true,
        false,
        false,
        "",
        List.of(),
        "",
        List.of(),
        null);
  }
}
