package dev.rheo.resource.type;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.codec.json.SelectableField;
import dev.rheo.schema.Structural;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What field selectors may name of custom types. */
public final class CustomFields {
  private CustomFields() {}

  /**
   * The selectable fields of a version. A field that an object does not have is selected by the
   * empty text, whatever its type.
   *
   * @param selectableFields of the version; each has a path of names, separated by dots
   * @param schema which tells the types of the fields
   */
  public static List<SelectableField> of(JsonNode selectableFields, @Nullable Structural schema) {
    List<SelectableField> fields = new ArrayList<>();
    for (JsonNode field : selectableFields) {
      String path = field.path("jsonPath").asText();
      String name = path.startsWith(".") ? path.substring(1) : path;
      List<String> names = List.of(name.split("\\."));
      if (!name.isEmpty() && !names.isEmpty()) {
        fields.add(new SelectableField(name, List.of(names), kind(names, schema), ""));
      }
    }
    return fields;
  }

  private static SelectableField.Kind kind(List<String> names, @Nullable Structural schema) {
    Structural at = schema;
    for (String name : names) {
      at = at == null ? null : at.properties().get(name);
    }
    return switch (at == null ? "" : at.type()) {
      case "integer" -> SelectableField.Kind.INTEGER;
      case "boolean" -> SelectableField.Kind.BOOLEAN;
      default -> SelectableField.Kind.STRING;
    };
  }

  /** The labels that selectors may name, with upstream's refusal of others. */
  public static FieldLabels labels(ResourceInfo type, List<SelectableField> fields) {
    return new FieldLabels(
        type, fields.stream().map(SelectableField::name).toList(), Map.of(), "core");
  }
}
