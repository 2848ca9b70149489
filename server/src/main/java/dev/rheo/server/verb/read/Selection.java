package dev.rheo.server.verb.read;

import dev.rheo.api.select.FieldSelector;
import dev.rheo.api.select.LabelSelector;
import dev.rheo.cache.Entry;
import org.jspecify.annotations.Nullable;

/**
 * What a list or watch selects: decided from the index alone, without touching the objects' bytes.
 */
record Selection(LabelSelector labels, FieldSelector fields) {

  boolean isEverything() {
    return labels.isEverything() && fields.isEverything();
  }

  boolean matches(@Nullable Entry entry) {
    return entry != null
        && (labels.isEverything() || labels.matches(entry.labels()))
        && (fields.isEverything() || fields.matches(entry.fields()));
  }
}
