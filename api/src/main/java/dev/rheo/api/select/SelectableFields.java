package dev.rheo.api.select;

import dev.rheo.api.status.GoText;
import java.util.Map;
import java.util.Set;

/**
 * By which fields the objects of a resource can be selected.
 *
 * @param names the fields' canonical names
 * @param aliases other names under which clients may know a field
 * @param refusal upstream's wording for any other field, which stands in place of {@code %s}
 */
public record SelectableFields(Set<String> names, Map<String, String> aliases, String refusal) {
  /** The wording of most types that have fields of their own. */
  public static final String NOT_SUPPORTED = "field label not supported: %s";

  private static final SelectableFields METADATA =
      new SelectableFields(
          Set.of("metadata.name", "metadata.namespace"),
          Map.of(),
          "%q is not a known field selector: only \"metadata.name\", \"metadata.namespace\"");

  public SelectableFields {
    names = Set.copyOf(names);
    aliases = Map.copyOf(aliases);
  }

  /** What every resource without fields of its own supports. */
  public static SelectableFields metadataOnly() {
    return METADATA;
  }

  public static SelectableFields of(Set<String> names) {
    return new SelectableFields(names, Map.of(), NOT_SUPPORTED);
  }

  String refuse(String field) {
    return refusal.replace("%s", field).replace("%q", GoText.quote(field));
  }
}
