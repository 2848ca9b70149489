package dev.rheo.resource.rules;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.FieldError;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.type.FactTable;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Refuses numbers below zero in the fields that {@code bounds.txt} lists. */
final class Bounds {
  private static final Map<String, List<String>> NOT_NEGATIVE = new HashMap<>();

  static {
    FactTable.read(
        Bounds.class,
        "bounds.txt",
        column ->
            NOT_NEGATIVE.put(
                column[1], List.copyOf(Arrays.asList(column).subList(2, column.length))));
  }

  private Bounds() {}

  static void validate(ObjectNode object, String resource, FieldErrors errors) {
    for (String path : NOT_NEGATIVE.getOrDefault(resource, List.of())) {
      JsonNode value = Trees.at(object, path.split("\\."));
      if (value != null && value.asLong() < 0) {
        errors.add(FieldError.invalid(path, value.asLong(), "must be greater than or equal to 0"));
      }
    }
  }
}
