package dev.rheo.resource.table;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.codec.io.ByteOutput;
import dev.rheo.codec.io.JsonText;
import dev.rheo.codec.tree.Trees;

/**
 * Marks a row as Completed if its object has a given value at a path.
 *
 * @param value the value at the path, which is also the reason of the condition
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record RowCondition(String[] path, String value, String message) {

  boolean holds(JsonNode object) {
    return Trees.text(object, path).equals(value);
  }

  void write(ByteOutput out) {
    out.ascii("{\"type\":\"Completed\",\"status\":\"True\",\"reason\":");
    JsonText.write(out, value);
    out.ascii(",\"message\":");
    JsonText.write(out, message);
    out.write('}');
  }
}
