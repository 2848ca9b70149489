package dev.rheo.merge.manager;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.merge.path.FieldSet;
import dev.rheo.merge.typed.Extraction;
import dev.rheo.merge.typed.Fields;
import dev.rheo.merge.typed.MergeType;

/**
 * An object with its type.
 *
 * @param value shared, never changed
 */
public record Typed(JsonNode value, MergeType type) {
  FieldSet fields() {
    return Fields.of(value, type);
  }

  FieldSet named(FieldSet fields) {
    return Fields.withNamedFields(fields, type);
  }

  Typed without(FieldSet fields) {
    return new Typed(Extraction.remove(value, fields, type), type);
  }
}
