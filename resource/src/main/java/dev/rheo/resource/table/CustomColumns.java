package dev.rheo.resource.table;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.rheo.codec.io.ByteOutput;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.table.path.JsonPath;
import java.util.ArrayList;
import java.util.List;

/** Makes the tables of custom types from the printer columns of their definitions. */
final class CustomColumns {
  private static final String CREATED = ".metadata.creationTimestamp";

  private final ByteOutput definitions = new ByteOutput(256);
  private final List<Cell> cells = new ArrayList<>();

  private CustomColumns() {
    ColumnTable.define(definitions, "Name", "string", "name", "", 0);
    cells.add(Cell.text(object -> Trees.text(object, "metadata", "name")));
  }

  static TableColumns table(JsonNode columns) {
    CustomColumns table = new CustomColumns();
    boolean valid = true;
    for (int i = 0; valid && i < columns.size(); i++) {
      valid = table.add(columns.get(i));
    }
    if (columns.isEmpty()) {
      table.age();
    }
    return table.made();
  }

  static TableColumns scale(JsonNode scale) {
    CustomColumns table = new CustomColumns();
    ArrayNode columns = JsonNodeFactory.instance.arrayNode();
    if (!Trees.text(scale, "specReplicasPath").isEmpty()) {
      columns.addObject().put("name", "Desired").put("jsonPath", ".spec.replicas");
    }
    if (!Trees.text(scale, "statusReplicasPath").isEmpty()) {
      columns.addObject().put("name", "Available").put("jsonPath", ".status.replicas");
    }
    for (JsonNode column : columns) {
      table.add(column, "integer", "");
    }
    table.age();
    return table.made();
  }

  /** The time since the creation; no description, as tables of built-in types have none. */
  private void age() {
    add(
        JsonNodeFactory.instance.objectNode().put("name", "Age").put("jsonPath", CREATED),
        "date",
        "");
  }

  private boolean add(JsonNode column) {
    String description = Trees.text(column, "description");
    return add(
        column,
        Trees.text(column, "type"),
        description.isEmpty()
            ? "Custom resource definition column (in JSONPath format): "
                + Trees.text(column, "jsonPath")
            : description);
  }

  private boolean add(JsonNode column, String type, String description) {
    JsonPath path;
    try {
      path = JsonPath.parse("{" + Trees.text(column, "jsonPath") + "}");
    } catch (IllegalArgumentException e) {
      return false;
    }
    ColumnTable.define(
        definitions,
        Trees.text(column, "name"),
        type,
        Trees.text(column, "format"),
        description,
        column.path("priority").asInt());
    cells.add(CustomCell.of(path, type));
    return true;
  }

  private TableColumns made() {
    definitions.write(']');
    return new TableColumns(definitions.toByteArray(), List.copyOf(cells), List.of());
  }
}
