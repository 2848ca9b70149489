package dev.rheo.resource.type;

import dev.rheo.api.status.ApiException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The labels that a field selector of one resource may use, and the refusal of the others. */
final class FieldLabels {
  private final Map<String, String> names = new HashMap<>();
  private final String wording;
  private final ResourceTable.Row row;

  /**
   * @param fields names of selectable fields under which they can be asked for
   * @param aliases label to name
   * @param wording which of upstream's refusals, see {@code storage.txt}
   */
  FieldLabels(
      ResourceTable.Row row, List<String> fields, Map<String, String> aliases, String wording) {
    this.row = row;
    this.wording = wording;
    names.put("metadata.name", "metadata.name");
    // resources without a rule of their own take it even when they are the cluster's
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
