package dev.rheo.cache;

import dev.rheo.store.CompactedException;
import org.jspecify.annotations.Nullable;

/**
 * One resource of the cache: its state now, its states at retained revisions, and its changes.
 *
 * <p>Safe for any number of threads. Before {@link WatchCache#ready()} was first true there is
 * nothing in it.
 */
public interface ResourceCache {
  CachedResource resource();

  /** The present state, in O(1): a list may keep it for as long as it likes. */
  Snapshot snapshot();

  /**
   * The exact state at a retained revision, which must not lie above {@link WatchCache#revision()}.
   * May block on the disk and cost time in proportion to the changes since: not for event loops.
   * Snapshots asked for again and again are remembered.
   *
   * @throws CompactedException if the revision lies below {@link #oldestRevision()}
   */
  Snapshot snapshotAt(long revision) throws CompactedException;

  /** The object with this key (relative to the resource's prefix) in the present state. */
  @Nullable Entry get(String key);

  /**
   * The changes whose revision is greater than {@code afterRevision}, which may also lie ahead of
   * the cache.
   *
   * @throws CompactedException if {@code afterRevision} lies below {@link #oldestRevision()}
   */
  EventReader events(long afterRevision, Scope scope) throws CompactedException;

  /** The lowest revision for which {@link #events} and {@link #snapshotAt} work. */
  long oldestRevision();
}
