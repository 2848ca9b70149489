package dev.rheo.server.verb.read;

import dev.rheo.api.select.FieldSelector;
import dev.rheo.api.select.LabelSelector;
import dev.rheo.api.select.Requirement;
import dev.rheo.cache.Entry;
import org.jspecify.annotations.Nullable;

/**
 * What a list or watch selects: decided from the index alone, without touching the objects' bytes.
 */
public record Selection(LabelSelector labels, FieldSelector fields) {

  /**
   * What comparing an entry costs at most, in units of {@link dev.rheo.cache.Effort}: a selector
   * may have as many terms and values as fit a header.
   */
  public int effort() {
    int terms = 1 + fields.terms().size();
    for (Requirement requirement : labels.requirements()) {
      terms += 1 + requirement.values().size();
    }
    return (terms + 1) / 2;
  }

  /** Whether nothing is left out. */
  public boolean isEverything() {
    return labels.isEverything() && fields.isEverything();
  }

  /** Whether there is such an entry, and it is selected. */
  public boolean matches(@Nullable Entry entry) {
    return entry != null
        && (labels.isEverything() || labels.matches(entry.labels()))
        && (fields.isEverything() || fields.matches(entry.fields()));
  }
}
