package dev.rheo.cache;

import org.jspecify.annotations.Nullable;

/** A cursor over the entries of a snapshot. Used by one thread at a time; needs no closing. */
public interface EntryCursor {
  /** The next entry, or null at the end. */
  @Nullable Entry next();

  /** What {@link #next} would return, without advancing. */
  @Nullable Entry peek();
}
