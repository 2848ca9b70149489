package dev.rheo.resource.table;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.rheo.resource.builtin.BuiltInResources;
import dev.rheo.resource.type.ResourceType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Renders rows at a fixed time, of objects in abbreviated JSON. */
final class Rows {
  static final long NOW = Instant.parse("2026-01-10T00:00:00Z").toEpochMilli();

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(JsonReadFeature.ALLOW_UNQUOTED_FIELD_NAMES)
          .enable(JsonReadFeature.ALLOW_SINGLE_QUOTES)
          .build();

  private Rows() {}

  /** Parses JSON in which names need no quotes and texts may have single quotes. */
  static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The table of a resource such as {@code pods} or {@code deployments.apps}. */
  static TableColumns table(String resource) {
    ResourceType type =
        BuiltInResources.registry().all().stream()
            .filter(other -> other.groupResource().toString().equals(resource))
            .findFirst()
            .orElseThrow();
    return TableColumns.of(type);
  }

  /** The row up to the value of {@code object}. */
  static String text(TableColumns table, String object) {
    return new String(CellTemplate.render(table.row(json(object)), NOW), StandardCharsets.UTF_8);
  }

  static JsonNode row(String resource, String object) {
    return json(text(table(resource), object) + "null}");
  }

  static List<JsonNode> cells(String resource, String object) {
    List<JsonNode> cells = new ArrayList<>();
    row(resource, object).get("cells").forEach(cells::add);
    return cells;
  }

  /** One cell, as text. */
  static String cell(String resource, int column, String object) {
    return cells(resource, object).get(column).asText();
  }
}
