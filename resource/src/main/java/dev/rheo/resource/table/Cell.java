package dev.rheo.resource.table;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.function.Function;

/** Writes one cell of a row, a JSON value, from an object in the stored version. */
@FunctionalInterface
interface Cell {
  void write(JsonNode object, CellWriter out);

  /** A text cell. */
  static Cell text(Function<JsonNode, String> text) {
    return (object, out) -> out.text(text.apply(object));
  }
}
