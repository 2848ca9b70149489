package dev.rheo.cache;

import dev.rheo.store.RevisionStore;
import dev.rheo.store.StoreException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The watch cache, from which all reads are served. It follows the store's events and is
 * disposable: after any fault of its own it is rebuilt from the store.
 *
 * <p>It consists of the {@link Spool} (files with one JSON form of each version), an {@link
 * EntryTree} for each resource (the index), an {@link EventLog} for each resource (the history) and
 * the {@link Waiters} (which reader waits for which event). Under one lock, the {@link Follower}
 * applies changes, the {@link SegmentCompactor} moves records, and {@link Members} adds and removes
 * resources. Readers find all that they need through one volatile reference to the {@link
 * Published} state.
 *
 * <p><b>What readers see when things go wrong.</b> While the store is unreachable, the cache stays
 * as it is. If the store compacted changes that the cache had not seen yet, or the spool cannot be
 * read, the cache is rebuilt beside the old state. Event readers whose position the new history
 * covers then continue as if nothing had happened; the others get a CompactedException. If their
 * resource is removed, they get a NotCachedException. No reader misses an event without being told.
 */
public final class WatchCache implements AutoCloseable {
  private final Threads threads;
  private final Members members;
  private final Spool spool;
  private final Loaders loaders;
  private final FormSpool forms;
  private final FormMakers makers;
  private final EventDecoder decoder;
  private final Snapshots snapshots;
  private final Follower follower;
  private final Rereading rereading;
  private final Applier applier;

  /** Guards the spool's writer, the applier and the unpublished state of the generation. */
  private final ReentrantLock lock;

  private final RevisionWaits waits;

  private volatile Published published;
  private volatile Published routed;
  private final AtomicBoolean damaged = new AtomicBoolean();
  private volatile boolean closed;

  /**
   * @param spoolDirectory used by this cache only; created if missing, and emptied
   * @param resources what the cache serves first; {@link #add} and {@link #remove} change it
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
    this.threads = threads;
    lock = threads.lock();
    waits = new RevisionWaits(threads, this::revision);
    forms = new FormSpool(threads, spoolDirectory, files, settings);
    makers = new FormMakers(this, forms, settings.formMakers(), bounds);
    spool = new Spool(spoolDirectory, files, settings, forms::forgetSegment);
    loaders = new Loaders(threads, settings.loaders());
    decoder = new EventDecoder(spool, loaders);
    snapshots = new Snapshots(decoder, loaders, settings.snapshotBytes());
    applier = new Applier(spool, settings);
    members = new Members(this, store, spool, applier, resources);
    Generation nothing = new Generation(members.all(), 0, "");
    published = Follower.state(nothing);
    // No revision is known yet, so there is none from which events could be read.
    nothing.floor = Long.MAX_VALUE;
    routed = published;
    follower = new Follower(this, store, members, spool, applier, settings);
    rereading = new Rereading(this, store, members, applier);
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

  /** Whether there is a resource of this name, the group resource. */
  public boolean holds(String name) {
    return members.find(name) != null;
  }

  /**
   * @param name the group resource
   * @throws NotCachedException if the cache does not serve it
   */
  public ResourceCache resource(String name) {
    Resource resource = members.find(name);
    if (resource == null) {
      throw new NotCachedException(name);
    }
    return resource;
  }

  /**
   * Adds a resource while others are read, and waits until its objects are loaded from the store. A
   * list of it may begin at the revision that the cache then has; events and old states from before
   * are compacted. May block on the disk, so it is not for event loops or virtual threads.
   *
   * @throws IllegalArgumentException if the name is taken, or if its keys are within another
   *     resource's, or another's within its
   * @throws StoreException if the store cannot be read; nothing is added then
   * @throws IOException if the spool cannot be written, or the cache is closed
   * @throws TimeoutException if the cache was not built in time
   */
  public ResourceCache add(CachedResource resource, Duration atMost)
      throws StoreException, IOException, InterruptedException, TimeoutException {
    return members.add(resource, atMost);
  }

  /**
   * Removes a resource while others are read. Its objects stay in the store. Its readers get a
   * {@link NotCachedException}; a snapshot that a reader holds stays readable, but forms of its
   * entries are no longer shared. Index, history, records and forms are forgotten. The form kinds
   * that belong to the resource should be {@linkplain FormKind#release released} first, so that a
   * reader does not make further forms.
   *
   * @throws NotCachedException if there is none of this name
   */
  public void remove(String name) {
    members.remove(name);
  }

  /** Drops the forms of all kinds that were released. */
  public void dropReleasedForms() {
    forms.dropReleased();
  }

  /**
   * Drops at once the history that the store has compacted, which otherwise takes up to half a
   * second. What is above {@link #revision()} stays.
   */
  public void forgetCompacted() {
    while (follower.trim()) {
      // Step by step, so that others get the lock.
    }
  }

  /**
   * Tries to read what could not be read: {@link ResourceCache#unreadable}. Cheap if there is
   * nothing. May block on the store, so it is not for event loops or virtual threads.
   */
  public void readAgain() {
    rereading.run();
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
    for (TableState state : published.states()) {
      objects += state == null ? 0 : state.tree().size();
    }
    return objects;
  }

  /** The current figures, for metrics. */
  public CacheStats stats() {
    Published now;
    List<CacheStats.Resource> each = new ArrayList<>();
    long log = 0;
    long live = 0;
    long history = 0;
    int waitingReaders = 0;
    long unreadable = 0;
    long hot;
    lock.lock();
    try {
      now = published;
      for (TableState state : now.states()) {
        if (state != null) {
          Table table = state.table();
          each.add(
              new CacheStats.Resource(
                  table.resource.name(),
                  state.tree().size(),
                  table.log.end() - table.log.first(),
                  table.formBytes));
          log += table.log.bytes();
          unreadable += table.unreadable.count();
          live += table.recordBytes;
        }
      }
      for (Segment segment : spool.segments()) {
        history += segment.end - segment.dead;
      }
      // A closed cache has no files.
      history = closed ? 0 : history - live;
      hot = spool.hotBytes();
    } finally {
      lock.unlock();
    }
    for (Resource resource : members.served()) {
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
        unreadable,
        open,
        Math.max(0, open - spool.linkedBytes()),
        live,
        history,
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

  /**
   * Stops following the store, and discards the spool unless a later process is to use it. Readers
   * that are still open may fail.
   */
  @Override
  public void close() {
    closed = true;
    members.close();
    follower.close();
    loaders.close();
    makers.close();
    forms.close();
    lock.lock();
    try {
      spool.close();
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

  /** Has the cache built again, beside the present state. */
  void buildAgain() {
    damaged.set(true);
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
      for (Resource resource : members.served()) {
        resource.waiters.collectAll(woken);
      }
    }
    for (Applier.Logged logged : events) {
      logged.table().owner.waiters.collect(logged.number(), logged.event(), woken);
    }
    for (Resource incomplete : applier.takeObscured()) {
      incomplete.waiters.collectAll(woken);
    }
    routed = next;
    wake(woken);
  }

  static void wake(List<Waiters.Waiter> woken) {
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
