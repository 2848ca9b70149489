package dev.rheo.cache;

import org.jspecify.annotations.Nullable;

/** A position among the entries of a snapshot. Used by one thread at a time; needs no closing. */
public interface EntryCursor {
  /** The next entry, or null at the end. */
  @Nullable Entry next();

  /** What {@link #next} would return, without moving on. */
  @Nullable Entry peek();
}
