package dev.rheo.server.controller.custom;

import dev.rheo.api.status.ApiException;
import dev.rheo.cache.CacheEvent;
import dev.rheo.cache.EventReader;
import dev.rheo.cache.NotCachedException;
import dev.rheo.cache.ResourceCache;
import dev.rheo.cache.Scope;
import dev.rheo.cache.Snapshot;
import dev.rheo.cache.WatchCache;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.server.follow.Signal;
import dev.rheo.server.verb.write.LoopbackClient;
import dev.rheo.server.verb.write.ObjectPath;
import dev.rheo.store.CompactedException;
import java.io.IOException;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** The objects of a custom resource whose definition is deleted. */
final class Instances {
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final LoopbackClient client;
  private final WatchCache cache;

  Instances(LoopbackClient client, WatchCache cache) {
    this.client = client;
    this.cache = cache;
  }

  /**
   * Deletes all objects and waits until they are gone: until their finalizers are done, too.
   *
   * @param stopped whether to give up
   * @return whether none is left
   */
  boolean delete(ResourceType type, BooleanSupplier stopped) {
    try {
      // The cache must show all objects that were created before the definition was deleted.
      client.awaitCurrent();
      ResourceCache resource = cache.resource(type.storage().name());
      if (resource.unreadable() != null) {
        throw ApiException.internalError("an object of " + type + " cannot be read");
      }
      if (resource.snapshot().size() > 0) {
        client.deleteCollection(ObjectPath.of(type, "", ""));
        client.awaitCurrent();
      }
      return awaitNone(resource, stopped);
    } catch (NotCachedException e) {
      return true;
    } catch (CompactedException e) {
      return false;
    } catch (IOException e) {
      throw ApiException.internalError("the history of " + type + " cannot be read", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static boolean awaitNone(ResourceCache resource, BooleanSupplier stopped)
      throws CompactedException, IOException, InterruptedException {
    Snapshot snapshot = resource.snapshot();
    Signal signal = new Signal();
    try (EventReader events = resource.events(snapshot.revision(), Scope.ALL)) {
      events.onEvent(signal::raise);
      while (!stopped.getAsBoolean()) {
        if (resource.snapshot().size() == 0) {
          return true;
        }
        CacheEvent event = events.next();
        if (event == null && events.skipped()) {
          Thread.yield();
        } else if (event == null) {
          signal.await(PATIENCE);
        }
      }
    }
    return false;
  }
}
