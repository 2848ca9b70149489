package dev.rheo.server.verb.write;

import dev.rheo.api.name.GroupResource;
import dev.rheo.api.options.DeleteOptions;
import dev.rheo.api.options.ListOptions;
import dev.rheo.api.options.ReadPlan;
import dev.rheo.api.status.ApiException;
import dev.rheo.cache.Entry;
import dev.rheo.cache.EntryCursor;
import dev.rheo.cache.FormReader;
import dev.rheo.cache.ResourceCache;
import dev.rheo.cache.Scope;
import dev.rheo.cache.Snapshot;
import dev.rheo.cache.WatchCache;
import dev.rheo.codec.io.Meter;
import dev.rheo.codec.schema.ListMetadata;
import dev.rheo.server.verb.item.Selection;
import dev.rheo.server.verb.read.Freshness;
import dev.rheo.server.verb.read.Page;
import dev.rheo.server.verb.read.YieldingCursor;
import java.io.IOException;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Deletes the selected objects of a collection, each as by a delete request of its own. Objects are
 * read from a snapshot, so that memory does not grow with their number. Several deletions run at
 * once, so that their commits share syncs. Each is charged as a request of its own.
 */
final class DeleteCollections {
  /** Concurrent deletions of one request. */
  private static final int WORKERS = 16;

  /**
   * Limit on the objects of concurrent deletions, in KiB of their stored forms, as each is decoded.
   * A larger object is deleted alone. More would be refused where each is a heavy request, of which
   * few may wait.
   */
  private static final int KIB_IN_HAND = 64;

  private final Freshness freshness;
  private final WatchCache cache;
  private final Committer committer;
  private final InstantSource clock;

  DeleteCollections(
      Freshness freshness, WatchCache cache, Committer committer, InstantSource clock) {
    this.freshness = freshness;
    this.cache = cache;
    this.committer = committer;
    this.clock = clock;
  }

  /**
   * @param path the collection's path
   * @param list with a field selector that is resolved to canonical names
   * @throws ApiException the first refusal; deletions made before it stay
   */
  void run(ObjectPath path, ListOptions list, DeleteOptions options) {
    run(path, list, options, null);
  }

  /**
   * As {@link #run(ObjectPath, ListOptions, DeleteOptions)}.
   *
   * @return the list of the selected objects as they were before; null if it is too large to
   *     assemble or an object cannot be read. With a limit it is never null: a page ends before the
   *     object that it has no room for, and one that is larger than any page is alone on a page
   *     without items.
   */
  byte @Nullable [] runAndList(ObjectPath path, ListOptions list, DeleteOptions options) {
    return run(path, list, options, new DeletedList(path.type(), new FormReader(cache)));
  }

  private byte @Nullable [] run(
      ObjectPath path, ListOptions list, DeleteOptions options, @Nullable DeletedList answer) {
    ReadPlan plan = list.readPlan();
    ResourceCache resource = freshness.resource(path.type());
    Snapshot snapshot = snapshot(resource, plan);
    Selection selection = Selection.of(list);
    Scope scope = selection.scope(resource.resource(), path.namespace());
    EntryCursor cursor = snapshot.entries(scope, Page.startAt(plan, scope));
    YieldingCursor entries = new YieldingCursor(cursor, selection);

    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    Semaphore workers = new Semaphore(WORKERS);
    Semaphore inHand = new Semaphore(KIB_IN_HAND);
    DeletedList deleted = answer;
    Entry last = null;
    String continueToken = "";
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      boolean atEnd = false;
      for (long selected = 1; !atEnd && failure.get() == null; selected++) {
        Entry entry = entries.next();
        if (entry == null) {
          break;
        }
        boolean leftOut = deleted != null && !isAdded(entry, deleted);
        if (leftOut && plan.limit() == 0) {
          deleted = null;
        } else if (leftOut && last != null) {
          // It begins the next page, so that a client that reads the pages learns of all.
          continueToken = Page.tokenAfter(last, scope, snapshot);
          break;
        }
        last = entry;
        atEnd = plan.limit() > 0 && (leftOut || selected == plan.limit());
        if (atEnd && cursor.peek() != null) {
          continueToken = Page.tokenAfter(entry, scope, snapshot);
        }
        ObjectPath one =
            new ObjectPath(path.type(), entry.namespace(), entry.name(), path.subresource());
        int kib = Math.min(KIB_IN_HAND, 1 + entry.length() / 1024);
        Meter meter = Meter.another();
        workers.acquireUninterruptibly();
        inHand.acquireUninterruptibly(kib);
        threads.execute(
            () -> {
              try (meter) {
                Meter.runWithin(meter, () -> delete(one, options));
              } catch (RuntimeException | Error e) {
                // Errors too: an object that was not deleted must not be reported as deleted.
                failure.compareAndSet(null, e);
              } finally {
                inHand.release(kib);
                workers.release();
              }
            });
      }
    }
    switch (failure.get()) {
      case RuntimeException refusal -> throw refusal;
      case Error error -> throw error;
      case null, default -> {}
    }
    return deleted == null
        ? null
        : deleted.toJson(
            new ListMetadata(snapshot.revision(), continueToken, 0, selection.shardTold()));
  }

  private static boolean isAdded(Entry entry, DeletedList deleted) {
    try {
      return deleted.add(entry);
    } catch (IOException | ApiException e) {
      // A deletion must not fail because its answer cannot be built.
      return false;
    }
  }

  /** Deletes one object, if it exists. */
  void delete(ObjectPath path, DeleteOptions options) {
    try {
      NamespaceLifecycle.admitDelete(path);
      committer.run(
          path,
          options.dryRun(),
          (version, _) -> Deletes.outcome(path, options, version, clock.instant()));
    } catch (ApiException e) {
      // Another client deleted it first.
      if (!e.reason().equals("NotFound")) {
        throw e;
      }
    }
  }

  private Snapshot snapshot(ResourceCache resource, ReadPlan plan) {
    try {
      return freshness.snapshot(resource, plan);
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  /** Waits until the cache reflects every write acknowledged before the call. */
  void awaitCurrent() {
    try {
      freshness.awaitCurrent();
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  private static ApiException interrupted() {
    Thread.currentThread().interrupt();
    return ApiException.serverTimeout(new GroupResource("", ""), "list", 1);
  }
}
