package dev.rheo.server.verb.read;

import dev.rheo.cache.CacheSettings;
import dev.rheo.cache.WatchCache;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.server.typechange.TypeChanges;
import dev.rheo.server.verb.watch.WatchMetrics;
import dev.rheo.store.RevisionStore;
import dev.rheo.testing.Await;
import java.nio.file.Path;

/** Caches for tests of reads and writes. */
public final class Caches {
  static final WatchMetrics UNCOUNTED =
      new WatchMetrics() {
        @Override
        public void event(int bytes, boolean initial) {}

        @Override
        public void initial(boolean difference) {}

        @Override
        public void unchanged(int objects) {}

        @Override
        public void ofAnotherShard() {}

        @Override
        public void initialDone() {}

        @Override
        public void ended() {}
      };

  private Caches() {}

  /** Starts a cache of all stored resources of the registry, and waits until it is ready. */
  public static WatchCache start(RevisionStore store, Path directory, ResourceRegistry registry) {
    return start(store, directory, registry, CacheSettings.defaults());
  }

  static WatchCache start(
      RevisionStore store, Path directory, ResourceRegistry registry, CacheSettings settings) {
    WatchCache cache =
        new WatchCache(
            store,
            directory.resolve("spool"),
            registry.stored().stream().map(TypeChanges::cached).toList(),
            settings);
    cache.start();
    Await.until("the cache is ready", cache::ready);
    return cache;
  }
}
