package dev.rheo.server.verb.read;

import dev.rheo.cache.CacheSettings;
import dev.rheo.cache.CachedResource;
import dev.rheo.cache.WatchCache;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.store.RevisionStore;
import java.nio.file.Path;

/** Caches for tests of reads. */
final class Caches {
  static final WatchMetrics UNCOUNTED =
      new WatchMetrics() {
        @Override
        public void event(int bytes, boolean initial) {}

        @Override
        public void initialDone() {}

        @Override
        public void ended() {}
      };

  private Caches() {}

  /** Starts a cache of all stored resources of the registry. */
  static WatchCache start(RevisionStore store, Path directory, ResourceRegistry registry) {
    WatchCache cache =
        new WatchCache(
            store,
            directory.resolve("spool"),
            registry.stored().stream()
                .map(r -> new CachedResource(r.name(), r.keyPrefix(), r.namespaced(), r.fields()))
                .toList(),
            CacheSettings.defaults());
    cache.start();
    return cache;
  }
}
