package dev.rheo.client.store;

import org.jspecify.annotations.Nullable;

/** One entry of the {@link ChangeLog}. Objects are packed: the log shares them with the store. */
final class Change {
  enum Type {
    ADD,
    UPDATE,
    DELETE,
    /** A round of listing begins, which is not a further try of one that has not ended. */
    LISTING,
    /**
     * A round of listing has ended: the store is complete. The key is the version; the flag says
     * that the store was empty before and is so now.
     */
    LISTED,
    /** The store is complete for the first time. */
    SYNCED
  }

  final Type type;
  final String key;

  /** What the store had; null for an addition. */
  final @Nullable Object before;

  /** What the store has now; for a deletion, the last state that was told. */
  final @Nullable Object object;

  /** Whether this is about an object. */
  boolean ofObject() {
    return object != null;
  }

  /**
   * For an addition: whether it belongs to the first list. For a deletion: whether it was found by
   * a sweep.
   */
  final boolean flag;

  /** The next entry. Guarded by the log's lock. */
  @Nullable Change next;

  Change(Type type, String key, @Nullable Object before, @Nullable Object object, boolean flag) {
    this.type = type;
    this.key = key;
    this.before = before;
    this.object = object;
    this.flag = flag;
  }
}
