package dev.rheo.server.controller;

import dev.rheo.api.status.ApiException;
import dev.rheo.cache.CacheEvent;
import dev.rheo.cache.EventReader;
import dev.rheo.cache.NotCachedException;
import dev.rheo.cache.ResourceCache;
import dev.rheo.cache.Scope;
import dev.rheo.cache.Snapshot;
import dev.rheo.cache.WatchCache;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.server.follow.Signal;
import dev.rheo.server.verb.write.LoopbackClient;
import dev.rheo.server.verb.write.ObjectPath;
import dev.rheo.store.CompactedException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiPredicate;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * The contents of a namespace. Pods are deleted first, and other objects only when no pod is left,
 * so that no pod runs without the policies that restrict it.
 */
final class NamespaceContent {
  private static final String PODS = "pods";

  /** What other servers have for the deletion of what they keep, before they may lose their own. */
  private static final Duration HEAD_START = Duration.ofSeconds(2);

  private static final Duration LONGEST = Duration.ofMinutes(5);

  /** When extension API servers are asked again for what is left: they tell nobody. */
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final LoopbackClient client;
  private final WatchCache cache;
  private final Supplier<ResourceRegistry> served;
  private final BooleanSupplier complete;
  private final BiPredicate<String, BooleanSupplier> elsewhere;

  /**
   * @param complete whether all stored resources are served
   */
  NamespaceContent(
      LoopbackClient client,
      WatchCache cache,
      Supplier<ResourceRegistry> served,
      BooleanSupplier complete,
      BiPredicate<String, BooleanSupplier> elsewhere) {
    this.complete = complete;
    this.elsewhere = elsewhere;
    this.client = client;
    this.cache = cache;
    this.served = served;
  }

  /** One type for each stored, namespaced resource that is served now, pods first. */
  private Collection<ResourceType> types() {
    Map<String, ResourceType> byStorage = new LinkedHashMap<>();
    served.get().all().stream()
        .filter(type -> type.isStored() && type.namespaced())
        .sorted((a, b) -> Boolean.compare(isPods(b), isPods(a)))
        .forEach(type -> byStorage.putIfAbsent(type.storage().name(), type));
    return byStorage.values();
  }

  private static boolean isPods(ResourceType type) {
    return type.storage().name().equals(PODS);
  }

  /**
   * Deletes the objects of a namespace. If some remain, waits for a change.
   *
   * @param signal to wait on
   * @param stopped checked before each type and after each change: whether the namespace no longer
   *     is the one to be emptied
   * @return whether the namespace is empty
   */
  boolean delete(String namespace, Signal signal, BooleanSupplier stopped) {
    // The cache must show all objects created before the namespace began to terminate.
    client.awaitCurrent();
    // Begun first, as the extensions may run in this namespace themselves.
    FutureTask<Boolean> others = new FutureTask<>(() -> elsewhere.test(namespace, stopped));
    Thread.ofVirtual().name("elsewhere in " + namespace).start(others);
    awaitFor(HEAD_START, others);
    // Asked first: of a resource that is served later nothing has been deleted.
    boolean all = complete.getAsBoolean();
    List<ResourceType> left = new ArrayList<>(1);
    for (ResourceType type : types()) {
      if (stopped.getAsBoolean()) {
        return false;
      }
      if (!delete(type, namespace)) {
        left.add(type);
        if (isPods(type)) {
          break;
        }
      }
    }
    if (left.isEmpty()) {
      boolean empty = awaitFor(LONGEST, others) && all;
      if (!empty) {
        pause(signal);
      }
      return empty;
    }
    try {
      awaitChange(left.getFirst(), namespace, signal, stopped);
    } catch (NotCachedException e) {
      // The type was removed meanwhile; the caller looks again.
    }
    return false;
  }

  /**
   * Deletes the objects of one type.
   *
   * @return whether none remains; true if the type was removed meanwhile
   */
  private boolean delete(ResourceType type, String namespace) {
    try {
      if (size(type, namespace) > 0) {
        client.deleteCollection(ObjectPath.of(type, namespace, ""));
        client.awaitCurrent();
        return size(type, namespace) == 0;
      }
      return true;
    } catch (NotCachedException e) {
      return true;
    }
  }

  /** Whether nothing is left elsewhere, as far as is known after this time. */
  private static boolean awaitFor(Duration time, FutureTask<Boolean> others) {
    try {
      return others.get(time.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException("what others keep in a namespace", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static void pause(Signal signal) {
    try {
      signal.await(RETRY);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private int size(ResourceType type, String namespace) {
    if (resource(type).unreadable() != null) {
      // It may be in this namespace, and nobody would find it again.
      throw ApiException.internalError("an object of " + type + " cannot be read");
    }
    return resource(type).snapshot().size(namespace + "/");
  }

  private ResourceCache resource(ResourceType type) {
    return cache.resource(type.storage().name());
  }

  /**
   * Waits until the last object of the type has left the namespace. All of them are marked for
   * deletion and no new one can be created, so there is nothing to do before.
   */
  private void awaitChange(
      ResourceType type, String namespace, Signal signal, BooleanSupplier stopped) {
    Snapshot snapshot = resource(type).snapshot();
    if (snapshot.size(namespace + "/") == 0) {
      return;
    }
    try (EventReader events =
        resource(type).events(snapshot.revision(), Scope.namespace(namespace))) {
      events.onEvent(signal::raise);
      while (!stopped.getAsBoolean()) {
        CacheEvent event = events.next();
        if (event == null && events.skipped()) {
          Thread.yield();
        } else if (event == null) {
          if (size(type, namespace) == 0) {
            return;
          }
          signal.await();
        }
      }
    } catch (CompactedException e) {
      // The history since the snapshot is compacted; the caller looks again.
    } catch (IOException e) {
      throw ApiException.internalError("the history of " + type + " cannot be read", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
