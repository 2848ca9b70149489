package dev.rheo.schema.rule;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.cel.eval.Values;
import dev.rheo.schema.tree.GoValues;

/** What a schema preserves without telling its type: expressions can only compare it. */
record PreservedView(JsonNode node) implements Values.Own, Values.Typed {
  @Override
  public boolean same(Object other) {
    Object mine = SchemaValues.raw(node);
    Object theirs = other instanceof ListView list ? list.json() : SchemaValues.raw(other);
    return mine instanceof JsonNode one
        ? theirs instanceof JsonNode two && GoValues.same(one, two)
        : mine.equals(theirs);
  }

  @Override
  public String typeName() {
    return "unknown";
  }
}
