package dev.rheo.cache;

import dev.rheo.store.CompactedException;
import dev.rheo.store.FutureRevisionException;
import dev.rheo.store.RevisionStore;
import dev.rheo.store.StoreException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The thread that builds the cache from the store and then follows the store's watch.
 *
 * <pre>
 *   BUILD ──complete──▶ FOLLOW          ready in FOLLOW only
 *     ▲ │ failed: retry      │
 *     │ ▼                    ├─ store read fails: watch again from the last revision applied
 *     └──────────────────────┤  spool write fails: retry the batch in a new segment, not ready
 *        compacted, or spool │
 *        read fails ─────────┘
 * </pre>
 *
 * <p>Retrying cannot heal a damaged store. In either state the follower then stops, and the
 * published state stays.
 */
final class Follower implements Runnable {
  private static final System.Logger LOG = System.getLogger(Follower.class.getName());

  /** Interval of trimming and cleaning; also the longest wait for the next batch. */
  private static final Duration TICK = Duration.ofMillis(500);

  /** The highest code point, above all keys. */
  private static final String END = "\uDBFF\uDFFF";

  private static final String SPOOL_FAILS = "its files cannot be written";

  private static final long SHORTEST_PAUSE_MS = 20;
  private static final long LONGEST_PAUSE_MS = 5_000;

  private final WatchCache cache;
  private final RevisionStore store;
  private final Members members;
  private final KeptSpool kept;
  private final StateLoader loader;
  private final Applier applier;
  private final Retention retention;
  private final SegmentCompactor cleaner;
  private final ReentrantLock lock;
  private final Threads threads;
  private final Signal closing;
  private final Signal ended;

  private volatile boolean started;
  private volatile boolean ready;
  private volatile @Nullable String obstacle;
  private volatile RevisionStore.@Nullable WatchCursor watch;
  private volatile long storeRevision;
  private volatile long rebuilds;
  private volatile long spoolErrors;
  private long pause = SHORTEST_PAUSE_MS;
  private long lastTick;

  Follower(
      WatchCache cache,
      RevisionStore store,
      Members members,
      Spool spool,
      Applier applier,
      CacheSettings settings) {
    this.cache = cache;
    this.store = store;
    this.members = members;
    this.threads = cache.threads();
    this.closing = new Signal(threads);
    this.ended = new Signal(threads);
    this.lock = cache.lock();
    this.applier = applier;
    kept = new KeptSpool(store, spool, applier, lock, settings.form());
    loader = new StateLoader(store, kept, applier, lock, this::closed);
    retention = new Retention(spool, cache.forms(), settings, threads::nanoTime);
    cleaner = new SegmentCompactor(cache, spool, settings);
  }

  void start() {
    started = true;
    threads.start("rheo-cache-follower", this);
  }

  boolean ready() {
    return ready && !cache.damaged() && isPresent(cache.published().generation());
  }

  /** Whether a generation is of the store's present history. */
  private boolean isPresent(Generation generation) {
    return generation.history.equals(store.history());
  }

  /**
   * Why the last attempt to become ready failed, worded for clients; null if there is no obstacle.
   */
  @Nullable String obstacle() {
    return ready() ? null : obstacle;
  }

  long storeRevision() {
    return Math.max(storeRevision, cache.revision());
  }

  long rebuilds() {
    return rebuilds;
  }

  long undecodable() {
    return applier.undecodable.sum();
  }

  long decodedEvents() {
    lock.lock();
    try {
      return applier.decodedEvents();
    } finally {
      lock.unlock();
    }
  }

  long spoolErrors() {
    return spoolErrors;
  }

  long segmentsCleaned() {
    return cleaner.cleaned();
  }

  void close() {
    closing.raise();
    closeWatch();
    cleaner.close();
    try {
      boolean ignored = !started || ended.await(Duration.ofSeconds(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    ready = false;
  }

  private void isReady() {
    ready = true;
    obstacle = null;
  }

  private boolean closed() {
    return closing.isRaised();
  }

  @Override
  public void run() {
    try {
      work();
    } finally {
      ready = false;
      ended.raise();
    }
  }

  private void work() {
    boolean opened = false;
    Generation generation = null;
    while (!closed()) {
      try {
        if (!opened) {
          kept.open(members.all());
          opened = true;
        }
        if (generation == null || cache.damaged()) {
          cache.repaired();
          // If this build fails, build again: the old generation may be the damaged one.
          generation = null;
          generation = build();
        }
        follow(generation);
      } catch (StateLoader.OtherHistoryException e) {
        LOG.log(Level.WARNING, "What an earlier process left is not used: " + e.getMessage());
        kept.forget();
      } catch (CompactedException e) {
        LOG.log(Level.WARNING, "The store compacted what was not read yet, building again: " + e);
        generation = null;
      } catch (StoreException e) {
        obstacle = "the store cannot be read: " + e.reason();
        if (e.fault() == StoreException.Fault.DAMAGED) {
          endWith(e);
        } else {
          failed("The store cannot be read", e);
        }
      } catch (IOException e) {
        spoolErrors++;
        ready = false;
        generation = null;
        obstacle = SPOOL_FAILS;
        failed("The spool cannot be written", e);
      } catch (FutureRevisionException | RuntimeException | Error e) {
        // Catch everything: a follower that died would leave a cache that looks ready and is stale.
        ready = false;
        generation = null;
        obstacle = "it fails, the log says why";
        failed("The cache cannot be built", e);
      } catch (InterruptedException e) {
        LOG.log(Level.DEBUG, "Interrupted", e);
      } finally {
        closeWatch();
      }
    }
  }

  private void failed(String what, Throwable e) {
    if (!closed()) {
      // Faults of the environment explain themselves; a bug needs its stack trace.
      Throwable trace = e instanceof IOException || e instanceof StoreException ? null : e;
      LOG.log(Level.ERROR, "%s; trying again in %d ms: %s".formatted(what, pause, e), trace);
      pause();
    }
  }

  /** Waits to be closed: the store can deliver nothing more. */
  private void endWith(StoreException e) {
    LOG.log(Level.ERROR, "The store is followed no further: " + e.getMessage());
    closeWatch();
    try {
      boolean ignored = closing.await(Duration.ofNanos(Long.MAX_VALUE));
    } catch (InterruptedException interrupted) {
      LOG.log(Level.DEBUG, "Interrupted", interrupted);
    }
  }

  private void pause() {
    try {
      boolean ignored = closing.await(Duration.ofMillis(pause));
    } catch (InterruptedException e) {
      LOG.log(Level.DEBUG, "Interrupted", e);
    }
    pause = Math.min(LONGEST_PAUSE_MS, 2 * pause);
  }

  private void closeWatch() {
    RevisionStore.WatchCursor open = watch;
    watch = null;
    if (open != null) {
      open.close();
    }
  }

  /** Builds and publishes a new generation, from the oldest state that is worth it up to now. */
  private Generation build()
      throws CompactedException,
          FutureRevisionException,
          StoreException,
          StateLoader.OtherHistoryException,
          IOException,
          InterruptedException {
    cleaner.pause();
    lock.lock();
    try {
      ready = false;
      members.pause();
      kept.begin();
    } finally {
      lock.unlock();
    }
    boolean complete = false;
    try {
      long began = threads.nanoTime();
      Generation generation = loader.load(members.all());
      replay(generation);
      if (closed()) {
        return generation;
      }
      Published first;
      lock.lock();
      try {
        applier.flush();
        List<Applier.Logged> unrouted = applier.takeBatch();
        members.resume(generation);
        first = state(generation);
        retention.restart();
        cache.publish(first);
        kept.succeeded(generation);
        cache.snapshots().trim(generation);
        LOG.log(
            generation.applied <= 1 ? Level.DEBUG : Level.INFO,
            "The watch cache is built: revisions {0} to {1}, {2} events, {3} ms",
            Long.toString(generation.floor),
            Long.toString(generation.applied),
            unrouted.size(),
            (threads.nanoTime() - began) / 1_000_000);
      } finally {
        lock.unlock();
      }
      complete = true;
      rebuilds++;
      // Of another history the store may be less far than before.
      storeRevision = first.revision();
      cache.route(first, List.of());
      cleaner.resume();
      return generation;
    } finally {
      if (!complete) {
        kept.failed();
      }
    }
  }

  /** Applies the store's history until it is near its current revision, without publishing it. */
  private void replay(Generation generation)
      throws CompactedException, StoreException, IOException, InterruptedException {
    RevisionStore.WatchCursor cursor = open(generation);
    CatchUp catchUp = new CatchUp(store, generation.applied);
    while (!catchUp.done(generation.applied) && !closed()) {
      RevisionStore.Batch batch = cursor.next(TICK);
      lock.lock();
      try {
        for (RevisionStore.Event event : batch.events()) {
          applier.apply(generation, event);
        }
        generation.applied = Math.max(generation.applied, batch.revision());
        applier.flush();
        applier.forgetBatch();
        applier.limitDecoded();
      } finally {
        lock.unlock();
      }
    }
  }

  private RevisionStore.WatchCursor open(Generation generation)
      throws CompactedException, StoreException {
    closeWatch();
    RevisionStore.WatchCursor cursor = store.watch("\u0001", END, generation.applied + 1);
    watch = cursor;
    if (closed()) {
      cursor.close();
    }
    if (!isPresent(generation)) {
      throw new CompactedException(generation.applied + 1, generation.applied + 1);
    }
    return cursor;
  }

  private void follow(Generation generation)
      throws CompactedException, StoreException, InterruptedException {
    RevisionStore.WatchCursor cursor = watch;
    if (cursor == null) {
      cursor = open(generation);
    }
    isReady();
    boolean more = false;
    while (!closed() && !cache.damaged()) {
      RevisionStore.Batch batch = cursor.next(more ? Duration.ofMillis(1) : TICK);
      pause = SHORTEST_PAUSE_MS;
      storeRevision = Math.max(storeRevision, batch.revision());
      if (!batch.events().isEmpty() || batch.revision() > generation.applied) {
        write(generation, batch);
      }
      more = tick(generation, more);
    }
  }

  /** Applies a batch and publishes it, and retries while the spool cannot be written. */
  private void write(Generation generation, RevisionStore.Batch batch) {
    while (!closed()) {
      try {
        List<Applier.Logged> events;
        Published next;
        lock.lock();
        try {
          try {
            for (RevisionStore.Event event : batch.events()) {
              applier.apply(generation, event);
            }
            applier.flush();
          } catch (IOException | RuntimeException e) {
            applier.rollback(cache.published());
            throw e;
          }
          generation.applied = Math.max(generation.applied, batch.revision());
          applier.reached(generation.applied);
          events = applier.takeBatch();
          applier.limitDecoded();
          next = state(generation, cache.published(), events);
          cache.publish(next);
        } finally {
          lock.unlock();
        }
        isReady();
        cache.route(next, events);
        checkpoint(next, events);
        return;
      } catch (IOException e) {
        spoolErrors++;
        obstacle = SPOOL_FAILS;
        ready = false;
        cache.snapshots().clear();
        // Trimming the history may free the disk space that is missing.
        tick(generation, true);
        failed("The spool cannot be written", e);
      }
    }
  }

  /** The state of a generation that was built, as readers are to see it. */
  static Published state(Generation generation) {
    Published state = new Published(generation, generation.applied, new TableState[0]);
    for (Table table : generation.tables()) {
      state = state.with(table.owner.index, TableState.of(table));
    }
    return state;
  }

  /** The state after a batch. */
  private static Published state(
      Generation generation, Published before, List<Applier.Logged> batch) {
    @Nullable TableState[] states = before.states().clone();
    for (Applier.Logged logged : batch) {
      Table table = logged.table();
      TableState old = states[table.owner.index];
      if (old == null || old.end() != table.log.end()) {
        states[table.owner.index] = TableState.of(table);
      }
    }
    return new Published(generation, generation.applied, states);
  }

  private void checkpoint(Published now, List<Applier.Logged> events) {
    for (Applier.Logged logged : events) {
      Table table = logged.table();
      if (++table.sinceCheckpoint >= Snapshots.CHECKPOINT_EVENTS) {
        table.sinceCheckpoint = 0;
        cache.snapshots().checkpoint(now.revision(), now.require(table.owner));
      }
    }
  }

  /**
   * Trims the history and wakes the cleaner if an interval has passed or {@code now} is set.
   *
   * @return whether there is more to trim
   */
  private boolean tick(Generation generation, boolean now) {
    long nanos = threads.nanoTime();
    if (!now && nanos - lastTick < TICK.toNanos()) {
      return false;
    }
    lastTick = nanos;
    boolean more = trim();
    cleaner.look();
    return more;
  }

  /** One step of trimming, by any thread. Returns whether there is more to trim. */
  boolean trim() {
    long compacted = store.compactedRevision();
    lock.lock();
    try {
      Published now = cache.published();
      cache.snapshots().trim(now.generation());
      return retention.trim(now, compacted);
    } finally {
      lock.unlock();
    }
  }
}
