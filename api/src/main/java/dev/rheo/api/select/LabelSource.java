package dev.rheo.api.select;

import org.jspecify.annotations.Nullable;

/** The labels of an object, as seen by a selector. */
@FunctionalInterface
public interface LabelSource {
  /** The label's value, null if the object does not carry the label. */
  @Nullable String get(String key);
}
