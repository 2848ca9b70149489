package dev.rheo.resource.type;

import dev.rheo.api.status.ApiException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The field selector labels that one resource supports. Others are refused. Immutable. */
public final class FieldLabels {
  private final Map<String, String> names = new HashMap<>();
  private final String wording;
  private final ResourceInfo row;

  /**
   * @param fields names of selectable fields, each its own label
   * @param aliases further labels, each with the name of a selectable field
   * @param wording which of upstream's error messages a refusal has, see {@code storage.txt}; empty
   *     for the general one
   */
  public FieldLabels(
      ResourceInfo row, List<String> fields, Map<String, String> aliases, String wording) {
    this.row = row;
    this.wording = wording;
    names.put("metadata.name", "metadata.name");
    // upstream's general rule accepts it for cluster-scoped resources, too
    if (row.namespaced() || wording.isEmpty()) {
      names.put("metadata.namespace", "metadata.namespace");
    }
    fields.forEach(field -> names.put(field, field));
    names.putAll(aliases);
  }

  String resolve(String label) {
    String name = names.get(label);
    if (name == null) {
      throw ApiException.badRequest(
          switch (wording) {
            case "core" -> "field label not supported: " + label;
            case "job" -> "field label \"" + label + "\" not supported for " + row.kind();
            case "slice" ->
                "field label not supported for "
                    + row.apiVersion()
                    + ", Kind="
                    + row.kind()
                    + ": "
                    + label;
            default ->
                "\""
                    + label
                    + "\" is not a known field selector: only \"metadata.name\","
                    + " \"metadata.namespace\"";
          });
    }
    return name;
  }
}
