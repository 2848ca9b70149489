package dev.rheo.server.verb.item;

import dev.rheo.api.select.FieldSelector;
import dev.rheo.api.select.LabelSelector;
import dev.rheo.api.select.Requirement;
import dev.rheo.cache.CachedResource;
import dev.rheo.cache.Entry;
import dev.rheo.cache.Scope;
import org.jspecify.annotations.Nullable;

/**
 * The selectors of a list or watch. They are evaluated in the index alone, without reading objects.
 */
public record Selection(LabelSelector labels, FieldSelector fields) {

  /**
   * Upper bound on the effort of matching an entry, in units of {@link dev.rheo.cache.WorkBudget}:
   * a selector may have as many terms and values as fit a header.
   */
  public int effort() {
    int terms = 1 + fields.terms().size();
    for (Requirement requirement : labels.requirements()) {
      terms += 1 + requirement.values().size();
    }
    return (terms + 1) / 2;
  }

  /** Whether every entry is selected. */
  public boolean isEverything() {
    return labels.isEverything() && fields.isEverything();
  }

  /**
   * The narrowest scope in which everything selected lies, by path, name or a field with an index.
   *
   * @param namespace the namespace of the path; null or empty if it has none
   */
  public Scope scope(CachedResource resource, @Nullable String namespace) {
    boolean all = namespace == null || namespace.isEmpty();
    String in = all ? fields.requiresExact("metadata.namespace") : namespace;
    String field = null;
    for (String indexed : resource.indexed()) {
      field = field == null && fields.requiresExact(indexed) != null ? indexed : field;
    }
    return new Scope(
        resource.namespaced() ? in : null,
        fields.requiresExact("metadata.name"),
        field,
        field == null ? null : fields.requiresExact(field));
  }

  /** Whether the entry is not null and is selected. */
  public boolean matches(@Nullable Entry entry) {
    return entry != null
        && (labels.isEverything() || labels.matches(entry.labels()))
        && (fields.isEverything() || fields.matches(entry.fields()));
  }
}
