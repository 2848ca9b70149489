package dev.rheo.cache;

import dev.rheo.store.CompactedException;
import org.jspecify.annotations.Nullable;

/**
 * One resource of the cache: its current state, its states at retained revisions, and its changes.
 *
 * <p>Safe for any number of threads. Empty until {@link WatchCache#ready()} is true for the first
 * time. Once the resource is removed from the cache, every method but {@link #resource} throws a
 * {@link NotCachedException}, as do its event readers; snapshots stay as they are.
 */
public interface ResourceCache {
  CachedResource resource();

  /** The current state, in O(1). A list may keep it as long as it likes. */
  Snapshot snapshot();

  /**
   * The exact state at a retained revision, which must not be above {@link WatchCache#revision()}.
   * May block on the disk, and takes time in proportion to the changes between this revision and
   * the nearest remembered state, so it is not for event loops. The result is remembered for later
   * calls.
   *
   * @throws CompactedException if the revision is below {@link #oldestRevision()}
   */
  Snapshot snapshotAt(long revision) throws CompactedException;

  /** The object with this key (relative to the resource's prefix) in the current state, or null. */
  @Nullable Entry get(String key);

  /**
   * The changes after {@code afterRevision}, which may be ahead of the cache.
   *
   * @throws CompactedException if {@code afterRevision} is below {@link #oldestRevision()}
   */
  EventReader events(long afterRevision, Scope scope) throws CompactedException;

  /**
   * The store's key of an object that exists and cannot be read, so that this resource shows it as
   * absent; null if there is none. Its readers are woken when there is one. {@link
   * WatchCache#readAgain} tries again.
   */
  @Nullable String unreadable();

  /** The lowest revision that {@link #events} and {@link #snapshotAt} accept. */
  long oldestRevision();
}
