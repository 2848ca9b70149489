package dev.rheo.resource.rules.extension;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.schema.Structural;
import dev.rheo.schema.StructuralFaults;
import dev.rheo.schema.StructuralReader;
import dev.rheo.schema.prune.PrunedDefaults;
import org.jspecify.annotations.Nullable;

/**
 * What comes of reading a schema.
 *
 * @param schema null if it cannot be read
 * @param fault why it cannot be read; empty if it can
 */
record SchemaReading(@Nullable Structural schema, String fault) {
  static SchemaReading of(@Nullable JsonNode schema) {
    if (schema == null) {
      return new SchemaReading(null, "");
    }
    try {
      return new SchemaReading(StructuralReader.read(schema), "");
    } catch (IllegalArgumentException e) {
      return new SchemaReading(null, String.valueOf(e.getMessage()));
    }
  }

  boolean isStructural() {
    if (schema == null) {
      return false;
    }
    FieldErrors faults = new FieldErrors();
    StructuralFaults.check(schema, "", faults);
    return faults.isEmpty();
  }

  /** Whether a default has fields that the schema does not have. */
  boolean hasUnprunedDefaults() {
    return schema != null && isStructural() && PrunedDefaults.of(schema) != schema;
  }
}
