package dev.rheo.resource.table;

import dev.rheo.codec.io.ByteOutput;
import dev.rheo.codec.io.JsonText;
import dev.rheo.resource.type.FactTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Parses {@code columns.txt}: tables by resource, {@value #DEFAULT} for all other resources. */
final class ColumnTable {
  static final String DEFAULT = "-";
  static final String SCALES = "scales";

  private final Map<String, TableColumns> tables = new HashMap<>();

  // the table being read
  private String name = "";
  private ByteOutput definitions = new ByteOutput(0);
  private final List<Cell> cells = new ArrayList<>();
  private final List<RowCondition> conditions = new ArrayList<>();

  private ColumnTable() {}

  static Map<String, TableColumns> read() {
    ColumnTable reader = new ColumnTable();
    FactTable.read(ColumnTable.class, "columns.txt", reader::line);
    reader.end();
    return Map.copyOf(reader.tables);
  }

  private void line(String[] c) {
    switch (c[0]) {
      case "T" -> {
        end();
        name = c[1];
      }
      case "C" -> {
        definition(c);
        cells.add(PathCells.parse(c, 5));
      }
      case "H" -> cells.add(PathCells.parse(c, 1));
      case "D" ->
          conditions.add(
              new RowCondition(
                  PathCells.path(c[1]),
                  c[2],
                  String.join(" ", Arrays.asList(c).subList(3, c.length))));
      default -> throw new IllegalStateException(c[0]);
    }
  }

  /** Descriptions stay empty: the table holds facts without prose, and no client shows them. */
  private void definition(String[] c) {
    define(
        definitions,
        c[1].replace('_', ' '),
        c[2],
        c[3].equals("-") ? "" : c[3],
        "",
        Integer.parseInt(c[4]));
  }

  /** Appends the definition of a column to the JSON array of them. */
  static void define(
      ByteOutput definitions,
      String name,
      String type,
      String format,
      String description,
      int priority) {
    definitions.write(definitions.size() == 0 ? '[' : ',');
    definitions.ascii("{\"name\":");
    JsonText.write(definitions, name);
    definitions.ascii(",\"type\":");
    JsonText.write(definitions, type);
    definitions.ascii(",\"format\":");
    JsonText.write(definitions, format);
    definitions.ascii(",\"description\":");
    JsonText.write(definitions, description);
    definitions.ascii(",\"priority\":");
    definitions.decimal(priority);
    definitions.write('}');
  }

  private void end() {
    if (!name.isEmpty()) {
      definitions.write(']');
      tables.put(
          name,
          new TableColumns(definitions.toByteArray(), List.copyOf(cells), List.copyOf(conditions)));
    }
    definitions = new ByteOutput(0);
    cells.clear();
    conditions.clear();
  }
}
