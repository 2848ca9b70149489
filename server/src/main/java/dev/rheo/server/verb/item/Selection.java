package dev.rheo.server.verb.item;

import dev.rheo.api.options.ListOptions;
import dev.rheo.api.select.FieldSelector;
import dev.rheo.api.select.LabelSelector;
import dev.rheo.api.select.Requirement;
import dev.rheo.api.select.ShardSelector;
import dev.rheo.cache.CachedResource;
import dev.rheo.cache.Entry;
import dev.rheo.cache.Scope;
import org.jspecify.annotations.Nullable;

/**
 * The selectors of a list or watch. They are evaluated in the index alone, without reading objects.
 *
 * @param shard null for the whole collection
 */
public record Selection(LabelSelector labels, FieldSelector fields, @Nullable ShardSelector shard) {

  /** What the options of a list, a watch or a deletion of a collection select. */
  public static Selection of(ListOptions options) {
    return new Selection(options.labelSelector(), options.fieldSelector(), options.shard());
  }

  /**
   * Upper bound on the effort of matching an entry, in units of {@link dev.rheo.cache.WorkBudget}:
   * a selector may have as many terms and values as fit a header.
   */
  public int effort() {
    int terms = 1 + fields.terms().size();
    for (Requirement requirement : labels.requirements()) {
      terms += 1 + requirement.values().size();
    }
    terms += shard == null ? 0 : shard.ranges().size();
    return (terms + 1) / 2;
  }

  /** The selector of the shard as a list tells it; empty for the whole collection. */
  public String shardTold() {
    return shard == null ? "" : shard.toString();
  }

  /** Whether every entry is selected. */
  public boolean isEverything() {
    return shard == null && labels.isEverything() && fields.isEverything();
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
    return entry != null && matchesShard(entry) && matchesSelectors(entry);
  }

  /** Whether the entry is not null and is passed over only because it lies in another shard. */
  public boolean isOfAnotherShard(@Nullable Entry entry) {
    return shard != null && entry != null && !matchesShard(entry) && matchesSelectors(entry);
  }

  private boolean matchesShard(Entry entry) {
    return shard == null
        || shard.matches(
            switch (shard.key()) {
              case UID -> entry.uidHash();
              case NAMESPACE -> entry.namespaceHash();
            });
  }

  private boolean matchesSelectors(Entry entry) {
    return (labels.isEverything() || labels.matches(entry.labels()))
        && (fields.isEverything() || fields.matches(entry.fields()));
  }
}
