package dev.rheo.resource.table;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.function.Function;

/** How one cell of a row is made from an object of the stored version. Writes one JSON value. */
@FunctionalInterface
interface Cell {
  void write(JsonNode object, CellWriter out);

  /** A cell of text. */
  static Cell text(Function<JsonNode, String> text) {
    return (object, out) -> out.text(text.apply(object));
  }
}
