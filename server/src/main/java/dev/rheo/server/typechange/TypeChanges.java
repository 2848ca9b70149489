package dev.rheo.server.typechange;

import dev.rheo.cache.CachedResource;
import dev.rheo.cache.WatchCache;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.resource.type.ServedTypes;
import dev.rheo.resource.type.StoredResource;
import dev.rheo.server.encoding.Encodings;
import dev.rheo.server.metrics.RequestMetrics;
import dev.rheo.store.StoreException;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeoutException;

/**
 * Adds served types and removes them while requests run, in the order that leaves nothing behind: a
 * type is cached before it can be found, and can no longer be found before it is forgotten.
 *
 * <pre>
 *   add      cache ──▶ registry
 *   remove   registry ──▶ encodings and their forms ──▶ cache ──▶ metrics
 * </pre>
 *
 * <p>A request that found a type before its removal ends as well as it can: a list that needs no
 * further forms is completed from its snapshot, a watch ends with a Status (404), everything else
 * is refused with 404. Thread-safe: one change at a time.
 */
public final class TypeChanges {
  private final ServedTypes served;
  private final WatchCache cache;
  private final Encodings encodings;
  private final RequestMetrics metrics;

  public TypeChanges(
      ServedTypes served, WatchCache cache, Encodings encodings, RequestMetrics metrics) {
    this.served = served;
    this.cache = cache;
    this.encodings = encodings;
    this.metrics = metrics;
  }

  /** A collection of the store as the cache knows it. */
  public static CachedResource cached(StoredResource stored) {
    return new CachedResource(
        stored.name(), stored.keyPrefix(), stored.namespaced(), stored.fields());
  }

  /**
   * Adds a type, and waits until its objects can be read. May block on the disk, so it is not for
   * event loops or virtual threads.
   *
   * @throws IllegalArgumentException if its path, its collection's name or its keys are taken
   * @throws StoreException if the store cannot be read; the type is not added then
   * @throws IOException if the cache cannot be written or is closed; the type is not added then
   * @throws TimeoutException if the cache was not built in time; the type is not added then
   */
  public synchronized void add(ResourceType type, Duration atMost)
      throws StoreException, IOException, InterruptedException, TimeoutException {
    ResourceRegistry next = served.get().with(type);
    if (type.isStored() && served.get().stored(type.storage().name()) == null) {
      cache.add(cached(type.storage()), atMost);
    }
    served.update(any -> next);
  }

  /**
   * Serves some types instead of others at once, such as those of a definition that was written: a
   * request finds either the ones or the others. Who has found one that is replaced can go on with
   * it until it is forgotten ({@link #forget}); its watches then end, unless they show objects as
   * they are stored. Waits until the objects of new types can be read.
   *
   * @param gone types that are served
   * @param added of one collection
   * @throws IllegalArgumentException if a path, the collection's name or its keys are taken
   * @throws StoreException if the store cannot be read; nothing is added then
   * @throws IOException if the cache cannot be written or is closed; nothing is added then
   * @throws TimeoutException if the cache was not built in time; nothing is added then
   */
  public synchronized void replace(
      Collection<ResourceType> gone, List<ResourceType> added, Duration atMost)
      throws StoreException, IOException, InterruptedException, TimeoutException {
    ResourceRegistry next = served.get().replacing(gone, added);
    if (!added.isEmpty()) {
      CachedResource wanted = cached(added.getFirst().storage());
      StoredResource present = served.get().stored(wanted.name());
      if (present != null && !cached(present).equals(wanted)) {
        // It is found in other ways now: by other fields, or in other places.
        gone.forEach(this::remove);
        present = null;
        next = served.get().replacing(List.of(), added);
      }
      if (present == null) {
        cache.add(wanted, atMost);
      }
    }
    ResourceRegistry then = next;
    served.update(any -> then);
  }

  /** No longer serves types. Who has found one can go on with it until it is forgotten. */
  public synchronized void unserve(Collection<ResourceType> types) {
    served.update(now -> now.replacing(types, List.of()));
  }

  /** Forgets what was kept for types that are no longer served. */
  public synchronized void forget(Collection<ResourceType> types) {
    for (ResourceType type : types) {
      encodings.release(type);
      if (type.isStored()) {
        String name = type.storage().name();
        if (served.get().stored(name) == null && cache.holds(name)) {
          cache.remove(name);
        }
      }
    }
    cache.dropReleasedForms();
    metrics.dropUnserved();
  }

  /** Something that is done with objects. */
  @FunctionalInterface
  public interface Action {
    /** Returns whether it is done. */
    boolean run();
  }

  /**
   * Does something with the objects of a type that is not served, which are cached meanwhile.
   *
   * @throws IllegalArgumentException if the collection's name or its keys are taken
   * @throws StoreException if the store cannot be read
   * @throws IOException if the cache cannot be written or is closed
   * @throws TimeoutException if the cache was not built in time
   */
  public boolean withCached(ResourceType type, Duration atMost, Action action)
      throws StoreException, IOException, InterruptedException, TimeoutException {
    synchronized (this) {
      cache.add(cached(type.storage()), atMost);
    }
    try {
      return action.run();
    } finally {
      synchronized (this) {
        cache.remove(type.storage().name());
      }
    }
  }

  /**
   * Removes a type. Its objects stay in the store.
   *
   * @throws IllegalArgumentException if it is not served
   */
  public synchronized void remove(ResourceType type) {
    if (!served.get().serves(type)) {
      throw new IllegalArgumentException("not served: " + type);
    }
    served.update(now -> now.without(type));
    forget(List.of(type));
  }
}
