package dev.rheo.server.verb.read;

import dev.rheo.api.options.ContinueToken;
import dev.rheo.api.options.ReadPlan;
import dev.rheo.api.options.ResourceVersion;
import dev.rheo.api.status.ApiException;
import dev.rheo.cache.ResourceCache;
import dev.rheo.cache.Snapshot;
import dev.rheo.cache.WatchCache;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.store.CompactedException;
import dev.rheo.store.FutureRevisionException;
import dev.rheo.store.RevisionStore;
import dev.rheo.store.RevisionStore.KeyValue;
import dev.rheo.store.StoreException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Waits until the watch cache is as fresh as a request demands, and finds the state to read.
 *
 * <p>Source: the tables of resourceVersion semantics in KEP-2340 and KEP-3157, as implemented by
 * kube-apiserver 1.36. Thread-safe. Methods block for {@link #PATIENCE} at most, so they belong on
 * virtual threads.
 */
public final class Freshness {
  /** How long a request waits for the cache to reach a revision, as kube-apiserver does. */
  static final Duration PATIENCE = Duration.ofSeconds(3);

  private static final String CONTINUE_EXPIRED =
      "The provided continue parameter is too old to display a consistent list result. You can"
          + " start a new list without the continue parameter, or use the continue token in this"
          + " response to retrieve the remainder of the results. Continuing with the provided token"
          + " results in an inconsistent list - objects that were created, modified, or deleted"
          + " between the time the first chunk was returned and now may show up in the list.";

  private final RevisionStore store;
  private final WatchCache cache;

  public Freshness(RevisionStore store, WatchCache cache) {
    this.store = store;
    this.cache = cache;
  }

  /**
   * The resource of a type.
   *
   * @throws ApiException 429 if the cache is being built, 503 or 500 if it cannot be
   */
  public ResourceCache resource(ResourceType type) {
    if (!cache.ready()) {
      throw notReady();
    }
    return cache.resource(type.storage().name());
  }

  /**
   * A cache that is being built is worth a retry (429); one that cannot be built may not be (503).
   */
  private ApiException notReady() {
    if (store.health().isDamaged()) {
      return damaged();
    }
    String obstacle = cache.obstacle();
    return obstacle == null
        ? ApiException.tooManyRequests("storage is (re)initializing", 1)
        : StoreFailures.unavailable("the watch cache cannot be built: " + obstacle, null);
  }

  /**
   * Refuses to show a resource of which an object cannot be read: a list or a watch without it
   * would be wrong.
   *
   * @throws ApiException 429, as upstream
   */
  public void requireReadable(ResourceCache resource) {
    String key = resource.unreadable();
    if (key != null) {
      throw ApiException.tooManyRequests(
          "storage is (re)initializing: unable to transform key \"%s\": %s"
              .formatted(key, unreadable(key)),
          1);
    }
  }

  private String unreadable(String key) {
    try {
      @Nullable KeyValue ignored = store.get(key, 0);
      return "it is about to be read again";
    } catch (StoreException e) {
      return e.reason();
    } catch (CompactedException | FutureRevisionException e) {
      return "the present revision cannot be read";
    }
  }

  private ApiException damaged() {
    return StoreFailures.damaged(store.health().reason(), null);
  }

  /**
   * The state that a list reads.
   *
   * @throws ApiException 410 if it is no longer retained, 504 if the cache does not reach it in
   *     time, 429 if an object of the resource cannot be read
   */
  public Snapshot snapshot(ResourceCache resource, ReadPlan plan) throws InterruptedException {
    Snapshot snapshot = found(resource, plan);
    requireReadable(resource);
    return snapshot;
  }

  private Snapshot found(ResourceCache resource, ReadPlan plan) throws InterruptedException {
    try {
      return switch (plan) {
        case ReadPlan.Any _ -> resource.snapshot();
        case ReadPlan.Consistent _ -> {
          awaitCurrent();
          yield resource.snapshot();
        }
        case ReadPlan.NotOlderThan(long revision, long _) -> {
          await(revision);
          yield resource.snapshot();
        }
        case ReadPlan.Exact(long revision, long _) -> {
          await(revision);
          yield resource.snapshotAt(revision);
        }
        case ReadPlan.Continue(long revision, String _, long _)
            when revision == ContinueToken.LATEST -> {
          awaitCurrent();
          yield resource.snapshot();
        }
        case ReadPlan.Continue(long revision, String _, long _) -> {
          await(revision);
          yield resource.snapshotAt(revision);
        }
      };
    } catch (CompactedException e) {
      if (plan instanceof ReadPlan.Continue(long _, String startKey, long _)) {
        throw ApiException.resourceExpired(
            CONTINUE_EXPIRED, new ContinueToken(ContinueToken.LATEST, startKey).encode());
      }
      throw ApiException.resourceExpired("The resourceVersion for the provided list is too old.");
    }
  }

  /** Names the history that revisions belong to: {@link RevisionStore#history}. */
  String history() {
    return store.history();
  }

  /** The store's current revision. */
  long current() {
    try {
      return store.currentRevision();
    } catch (StoreException e) {
      throw StoreFailures.of(e);
    }
  }

  /** Waits until the cache reflects every write acknowledged before the call. */
  public void awaitCurrent() throws InterruptedException {
    await(current());
  }

  void await(long revision) throws InterruptedException {
    if (ResourceVersion.isFuture(revision) || !cache.awaitRevision(revision, PATIENCE)) {
      if (revision <= current() && store.health().isDamaged()) {
        throw damaged();
      }
      throw ApiException.tooLargeResourceVersion(revision, cache.revision());
    }
  }
}
