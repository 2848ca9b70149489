package dev.rheo.cache;

import dev.rheo.store.RevisionStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The watch cache, from which all reads are served. It follows the store's events and is
 * disposable: after any fault of its own it is rebuilt from the store.
 *
 * <p>It consists of the {@link Spool} (files with one JSON form of each version), an {@link
 * EntryTree} for each resource (the index), an {@link EventLog} for each resource (the history) and
 * the {@link Waiters} (which reader waits for which event). Two threads write, under one lock: the
 * {@link Follower} applies changes, the {@link SegmentCompactor} moves records. Readers find all
 * that they need through one volatile reference to the {@link Published} state.
 *
 * <p><b>What readers see when things go wrong.</b> While the store is unreachable, the cache stays
 * as it is. If the store compacted changes that the cache had not seen yet, or the spool cannot be
 * read, the cache is rebuilt beside the old state. Event readers whose position the new history
 * covers then continue as if nothing had happened; the others get a CompactedException. No reader
 * misses an event without being told.
 */
public final class WatchCache implements AutoCloseable {
  private final Threads threads;
  private final Map<String, Resource> byName = new LinkedHashMap<>();
  private final Resource[] resources;
  private final Spool spool;
  private final Loaders loaders;
  private final FormSpool forms;
  private final FormMakers makers;
  private final EventDecoder decoder;
  private final Snapshots snapshots;
  private final Follower follower;

  /** Guards the spool's writer, the applier and the unpublished state of the generation. */
  private final ReentrantLock lock;

  private final RevisionWaits waits;

  private volatile Published published;
  private volatile Published routed;
  private final AtomicBoolean damaged = new AtomicBoolean();
  private volatile boolean closed;

  /**
   * @param spoolDirectory used by this cache only; created if missing, and emptied
   * @throws IllegalArgumentException if one resource's key prefix begins with another's
   */
  public WatchCache(
      RevisionStore store,
      Path spoolDirectory,
      List<CachedResource> resources,
      CacheSettings settings) {
    this(store, spoolDirectory, resources, settings, FormBounds.NONE);
  }

  /**
   * @param bounds limits within which derived forms are made
   */
  public WatchCache(
      RevisionStore store,
      Path spoolDirectory,
      List<CachedResource> resources,
      CacheSettings settings,
      FormBounds bounds) {
    this(store, spoolDirectory, resources, settings, bounds, null, Threads.JVM);
  }

  WatchCache(
      RevisionStore store,
      Path spoolDirectory,
      List<CachedResource> resources,
      CacheSettings settings,
      FormBounds bounds,
      SpoolFile.@Nullable Factory files,
      Threads threads) {
    checkPrefixes(resources);
    this.threads = threads;
    lock = threads.lock();
    waits = new RevisionWaits(threads, this::revision);
    this.resources = new Resource[resources.size()];
    for (int i = 0; i < this.resources.length; i++) {
      this.resources[i] = new Resource(this, resources.get(i), i);
      byName.put(resources.get(i).name(), this.resources[i]);
    }
    forms = new FormSpool(threads, spoolDirectory, files, settings);
    makers = new FormMakers(this, forms, settings.formMakers(), bounds);
    spool = new Spool(spoolDirectory, files, settings, forms::forgetSegment);
    loaders = new Loaders(threads, settings.loaders());
    decoder = new EventDecoder(spool, loaders);
    snapshots =
        new Snapshots(threads, decoder, loaders, this.resources.length, settings.snapshotBytes());
    Generation nothing = new Generation(resources, 0);
    EntryTree[] trees = new EntryTree[this.resources.length];
    Arrays.fill(trees, EntryTree.EMPTY);
    published = new Published(nothing, 0, trees, new long[trees.length]);
    // No revision is known yet, so there is none from which events could be read.
    nothing.floor = Long.MAX_VALUE;
    routed = published;
    follower = new Follower(this, store, List.copyOf(resources), spool, settings);
  }

  private static void checkPrefixes(List<CachedResource> resources) {
    for (CachedResource a : resources) {
      for (CachedResource b : resources) {
        if (a != b && b.keyPrefix().startsWith(a.keyPrefix())) {
          throw new IllegalArgumentException(
              "the keys of %s are within those of %s".formatted(b.name(), a.name()));
        }
      }
    }
  }

  /** Starts to build the cache, in the background. */
  public void start() {
    follower.start();
  }

  /** Whether every resource is built and follows the store. */
  public boolean ready() {
    return follower.ready();
  }

  /**
   * Why the last attempt to become ready failed, worded for clients. Null if the cache is ready, or
   * if no attempt has failed since it last was.
   */
  public @Nullable String obstacle() {
    return follower.obstacle();
  }

  /**
   * @param name the group resource
   * @throws IllegalArgumentException if the cache does not serve it
   */
  public ResourceCache resource(String name) {
    Resource resource = byName.get(name);
    if (resource == null) {
      throw new IllegalArgumentException("not a cached resource: " + name);
    }
    return resource;
  }

  /** Every change up to this revision is applied in all resources. */
  public long revision() {
    return published.revision();
  }

  /**
   * Waits until {@link #revision()} reaches the given revision, as a consistent read requires.
   *
   * @return false if the time ran out first, or the cache was closed
   */
  public boolean awaitRevision(long revision, Duration atMost) throws InterruptedException {
    return waits.await(revision, atMost);
  }

  /** The waits for a revision. */
  RevisionWaits waits() {
    return waits;
  }

  /** How many objects there are. */
  public long objects() {
    long objects = 0;
    for (EntryTree tree : published.trees()) {
      objects += tree.size();
    }
    return objects;
  }

  /** The current figures, for metrics. */
  public CacheStats stats() {
    Published now = published;
    List<CacheStats.Resource> each = new ArrayList<>();
    long log = 0;
    long live = 0;
    long history = 0;
    int waitingReaders = 0;
    long hot;
    lock.lock();
    try {
      for (Table table : now.generation().tables) {
        each.add(
            new CacheStats.Resource(
                table.resource.name(),
                now.trees()[table.index].size(),
                table.log.end() - table.log.first(),
                table.formBytes));
        log += table.log.bytes();
        live += table.recordBytes;
      }
      for (Segment segment : spool.segments()) {
        history += segment.end - segment.dead;
      }
      hot = spool.hotBytes();
    } finally {
      lock.unlock();
    }
    for (Resource resource : resources) {
      waitingReaders += resource.waiters.waiting();
    }
    long open = spool.openBytes();
    FormSpool.Figures derived = forms.figures();
    return new CacheStats(
        ready(),
        now.revision(),
        follower.storeRevision(),
        follower.rebuilds(),
        follower.undecodable(),
        open,
        Math.max(0, open - spool.linkedBytes()),
        live,
        Math.max(0, history - live),
        hot,
        log,
        follower.decodedEvents(),
        snapshots.bytes(),
        spool.segments().size(),
        follower.segmentsCleaned(),
        loaders.pending(),
        follower.spoolErrors(),
        waitingReaders,
        new CacheStats.Forms(
            derived.bytes(),
            derived.forms(),
            derived.forms() * FormSpool.FORM_HEAP,
            derived.evictedFiles(),
            makers.made.sum(),
            makers.madeBytes.sum(),
            makers.nanos.sum(),
            makers.failures.sum(),
            makers.pending()),
        each);
  }

  /** Stops following the store and discards the spool. Readers that are still open may fail. */
  @Override
  public void close() {
    closed = true;
    follower.close();
    loaders.close();
    makers.close();
    forms.close();
    lock.lock();
    try {
      List.copyOf(spool.segments()).forEach(spool::unlink);
    } finally {
      lock.unlock();
    }
    waits.close();
  }

  Published published() {
    return published;
  }

  /** The last published state of which the waiting readers were told. */
  Published routed() {
    return routed;
  }

  Threads threads() {
    return threads;
  }

  ReentrantLock lock() {
    return lock;
  }

  Snapshots snapshots() {
    return snapshots;
  }

  EventDecoder decoder() {
    return decoder;
  }

  Loaders loaders() {
    return loaders;
  }

  FormSpool forms() {
    return forms;
  }

  FormMakers makers() {
    return makers;
  }

  /**
   * Reading a segment failed: the cache must be rebuilt, unless only readers of an older build
   * still use the segment.
   */
  void spoolFailed(Segment of, IOException e) {
    if (spool.segment(of.id) == of) {
      spoolFailed(e);
    }
  }

  /** Reading the spool failed: the cache must be rebuilt. */
  void spoolFailed(IOException e) {
    if (!closed && !damaged.getAndSet(true)) {
      System.getLogger(WatchCache.class.getName())
          .log(System.Logger.Level.ERROR, "The spool cannot be read and is built again: " + e);
    }
  }

  boolean damaged() {
    return damaged.get();
  }

  void repaired() {
    damaged.set(false);
  }

  /** Makes a state visible. Called under the lock, so that no older state follows a newer one. */
  void publish(Published next) {
    published = next;
  }

  /**
   * Wakes the readers and threads that wait for what was published. Called by the follower only, in
   * the order of publication, and not under the lock.
   */
  void route(Published next, List<Applier.Logged> events) {
    waits.reached(next.revision());
    List<Waiters.Waiter> woken = new ArrayList<>();
    if (routed.generation() != next.generation()) {
      for (Resource resource : resources) {
        resource.waiters.collectAll(woken);
      }
    }
    for (Applier.Logged logged : events) {
      resources[logged.table()].waiters.collect(logged.number(), logged.event(), woken);
    }
    routed = next;
    for (Waiters.Waiter waiter : woken) {
      try {
        waiter.wake();
      } catch (RuntimeException e) {
        System.getLogger(WatchCache.class.getName())
            .log(System.Logger.Level.ERROR, "A reader's wake-up failed", e);
      }
    }
  }
}
