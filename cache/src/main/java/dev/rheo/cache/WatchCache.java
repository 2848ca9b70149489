package dev.rheo.cache;

import dev.rheo.store.RevisionStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The watch cache: everything that is read is read here. It follows the store's events and is
 * disposable: whatever happens to it, it is built again from the store.
 */
public final class WatchCache implements AutoCloseable {

  /**
   * @param spoolDirectory its own; created if missing, and emptied
   * @throws IllegalArgumentException if a resource's key prefix begins with another's
   */
  public WatchCache(
      RevisionStore store,
      Path spoolDirectory,
      List<CachedResource> resources,
      CacheSettings settings) {}

  /** Begins to build the cache, in the background. */
  public void start() {
    throw new UnsupportedOperationException();
  }

  /** Whether every resource was built and follows the store. */
  public boolean ready() {
    throw new UnsupportedOperationException();
  }

  /**
   * @param name the group resource
   * @throws IllegalArgumentException if the cache does not have it
   */
  public ResourceCache resource(String name) {
    throw new UnsupportedOperationException();
  }

  /** Every change up to this revision is applied in all resources. */
  public long revision() {
    throw new UnsupportedOperationException();
  }

  /**
   * Waits until {@link #revision()} has reached the revision: what makes a read consistent.
   *
   * @return false if the time was up first
   */
  public boolean awaitRevision(long revision, Duration atMost) throws InterruptedException {
    throw new UnsupportedOperationException();
  }

  public CacheStats stats() {
    throw new UnsupportedOperationException();
  }

  /** Stops following and gives up the spool. Readers that are still open fail. */
  @Override
  public void close() {}
}
