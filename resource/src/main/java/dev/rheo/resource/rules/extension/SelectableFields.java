package dev.rheo.resource.rules.extension;

import dev.rheo.api.status.FieldError;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.Field;
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
  static void check(Field fields, Field schema, boolean many) {
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

  private static void check(Field field, Field schema, Set<String> paths) {
    SchemaPath path;
    try {
      path = SchemaPath.parse(field.text(), schema.node(), false);
    } catch (SchemaPath.SyntaxException e) {
      field.invalid("is an invalid path: " + e.getMessage());
      return;
    }
    if (path.root().equals("metadata")) {
      field.invalid("must not point to fields in metadata");
    }
    if (!TYPES.contains(Trees.text(path.schema(), "type"))) {
      field.invalid(
          "must point to a field of type string, boolean or integer. Enum string fields and strings"
              + " with formats are allowed.");
    }
    if (!paths.add(path.path())) {
      field.duplicate();
    }
  }
}
