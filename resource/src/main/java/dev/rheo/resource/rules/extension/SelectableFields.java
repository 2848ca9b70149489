package dev.rheo.resource.rules.extension;

import dev.rheo.api.status.FieldError;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.schema.Structural;
import dev.rheo.schema.rule.RulePath;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Checks of the fields by which custom objects can be selected. */
final class SelectableFields {
  static final int MAX = 8;
  private static final List<String> TYPES = List.of("string", "boolean", "integer");

  private SelectableFields() {}

  /**
   * @param schema of the root
   * @param many whether there may be too many
   */
  static void check(Field fields, Structural schema, boolean many) {
    Set<String> paths = new HashSet<>();
    for (Field field : fields.items()) {
      Field path = field.at("jsonPath");
      if (path.need("")) {
        check(path, schema, paths);
      }
    }
    if (paths.size() > MAX && !many) {
      fields.fault(FieldError.tooMany(fields.path(), paths.size(), MAX));
    }
  }

  private static void check(Field field, Structural schema, Set<String> paths) {
    RulePath.Target target;
    try {
      target = RulePath.resolve(field.text(), schema, false);
    } catch (RulePath.InvalidPathException e) {
      field.invalid("is an invalid path: " + e.getMessage());
      return;
    }
    String path = target.path();
    Structural found = target.schema();
    if (path.equals("metadata") || path.startsWith("metadata.") || path.startsWith("metadata[")) {
      field.invalid("must not point to fields in metadata");
    }
    if (found == null || !TYPES.contains(found.type())) {
      field.invalid(
          "must point to a field of type string, boolean or integer. Enum string fields and strings"
              + " with formats are allowed.");
    }
    if (!paths.add(path)) {
      field.duplicate();
    }
  }
}
