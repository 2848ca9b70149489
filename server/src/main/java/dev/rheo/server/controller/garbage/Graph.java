package dev.rheo.server.controller.garbage;

import dev.rheo.cache.CacheEvent;
import dev.rheo.cache.Entry;
import dev.rheo.cache.EntryCursor;
import dev.rheo.cache.EventReader;
import dev.rheo.cache.NotCachedException;
import dev.rheo.cache.Scope;
import dev.rheo.cache.Snapshot;
import dev.rheo.cache.WatchCache;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.server.controller.garbage.Facts.Owner;
import dev.rheo.server.controller.garbage.WorkQueue.Item;
import dev.rheo.server.follow.Signal;
import dev.rheo.store.CompactedException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Follows the changes of all objects on a thread of its own, keeps the {@link Edges}, and notes
 * which objects have to be looked at: those whose owners may be gone, and those that wait for their
 * dependents.
 */
final class Graph {
  private static final System.Logger LOG = System.getLogger(Graph.class.getName());

  /** The interval at which it looks whether other types are served. */
  private static final Duration REGISTRY_PERIOD = Duration.ofSeconds(1);

  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final Duration PAUSE = Duration.ofMillis(100);

  /** The changes of one collection that are applied before those of others get a turn. */
  private static final int TURN = 500;

  private final WatchCache cache;
  private final Supplier<ResourceRegistry> served;
  private final Edges edges;
  private final WorkQueue queue;
  private final Expansions expansions;
  private final ObjectFacts facts;
  private final Signal changes = new Signal();

  private final Map<Integer, Source> sources = new ConcurrentHashMap<>();

  /** Numbers of collections, which are not used again for others. */
  private final Map<String, Integer> numbers = new HashMap<>();

  private final Queue<Source> changed = new ConcurrentLinkedQueue<>();
  private volatile Kinds kinds;
  private volatile boolean closed;

  /** Whether something was left out for want of room, or missed. */
  private volatile boolean incomplete;

  /** Whether all objects are being looked through again. */
  private volatile boolean scanning;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition progress = lock.newCondition();
  private long applied;

  Graph(
      WatchCache cache,
      Supplier<ResourceRegistry> served,
      Edges edges,
      WorkQueue queue,
      Expansions expansions) {
    this.cache = cache;
    this.served = served;
    this.edges = edges;
    this.queue = queue;
    this.expansions = expansions;
    this.facts = new ObjectFacts(cache);
    this.kinds = new Kinds(served.get());
  }

  /** The types that were served when the graph last looked. */
  Kinds kinds() {
    return kinds;
  }

  /** The collection of that number, or null if it is not served any more. */
  @Nullable Source source(int number) {
    return sources.get(number);
  }

  /** The revision of the last change that the edges have, in all collections. */
  long applied() {
    lock.lock();
    try {
      return applied;
    } finally {
      lock.unlock();
    }
  }

  /** Whether nothing is left out. */
  boolean isComplete() {
    return !incomplete && !scanning && changed.isEmpty();
  }

  /**
   * Waits until the edges have all changes up to a revision.
   *
   * @return whether they have them
   */
  boolean awaitApplied(long revision, Duration atMost) throws InterruptedException {
    long end = System.nanoTime() + atMost.toNanos();
    lock.lock();
    try {
      while (applied < revision && !closed) {
        long left = end - System.nanoTime();
        if (left <= 0) {
          return false;
        }
        // What the readers have passed over grows without an event; only the graph's thread sees
        // it.
        changes.raise();
        boolean ignored =
            progress.await(Math.min(left, PAUSE.toNanos() / 20), TimeUnit.NANOSECONDS);
      }
      return applied >= revision;
    } finally {
      lock.unlock();
    }
  }

  /** Runs until {@link #close}. */
  void run() {
    while (!closed) {
      try {
        if (!cache.awaitRevision(1, PATIENCE) || !cache.ready()) {
          // A cache that is not ready yet may return at once.
          Thread.sleep(PAUSE);
          continue;
        }
        follow();
      } catch (InterruptedException e) {
        break;
      } catch (RuntimeException | Error e) {
        LOG.log(Level.WARNING, "following the owners of objects failed, and is tried again", e);
        sources.values().forEach(Source::close);
        incomplete = true;
        pause();
      }
    }
    sources.values().forEach(Source::close);
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void follow() throws InterruptedException {
    takeTypes();
    boolean failed = false;
    for (Source source : sources.values()) {
      failed |= source.events == null && !begin(source);
    }
    for (Source source = changed.poll(); source != null; source = changed.poll()) {
      source.queued.set(false);
      failed |= !follow(source);
    }
    publish();
    if (failed) {
      Thread.sleep(PAUSE);
    } else if (incomplete && queue.pending() == queue.delayed() && expansions.isEmpty()) {
      scanning = true;
      incomplete = false;
      for (Source source : List.copyOf(sources.values())) {
        scan(source, false);
      }
      scanning = false;
    } else if (changed.isEmpty()) {
      changes.await(REGISTRY_PERIOD);
    }
  }

  private void takeTypes() {
    ResourceRegistry now = served.get();
    if (!kinds.isOf(now)) {
      kinds = new Kinds(now);
      // Owners whose type was not served may exist now.
      incomplete = true;
    }
    Map<String, ResourceType> followed = kinds.followed();
    for (Source source : List.copyOf(sources.values())) {
      if (followed.get(source.type.storage().name()) != source.type) {
        drop(source);
      }
    }
    for (Map.Entry<String, ResourceType> entry : followed.entrySet()) {
      int number = numbers.computeIfAbsent(entry.getKey(), _ -> numbers.size());
      if (!sources.containsKey(number)) {
        try {
          sources.put(number, new Source(number, entry.getValue(), cache.resource(entry.getKey())));
        } catch (NotCachedException e) {
          // It goes; the registry will say so.
        }
      }
    }
  }

  private void drop(Source source) {
    source.close();
    sources.remove(source.number);
    edges.removeCollection(source.number);
  }

  /** Loads a collection's objects and begins to follow it. Returns false to try again. */
  private boolean begin(Source source) {
    try {
      edges.removeCollection(source.number);
      long revision = scan(source, true);
      EventReader events = source.cache.events(revision, Scope.ALL);
      events.onEvent(
          () -> {
            note(source);
            changes.raise();
          });
      source.events = events;
      note(source);
      return true;
    } catch (NotCachedException e) {
      drop(source);
      return true;
    } catch (CompactedException e) {
      return false;
    }
  }

  private void note(Source source) {
    if (source.queued.compareAndSet(false, true)) {
      changed.add(source);
    }
  }

  /** Looks through the objects of a collection, and returns the revision of what it saw. */
  private long scan(Source source, boolean connect) {
    Snapshot snapshot;
    try {
      snapshot = source.cache.snapshot();
    } catch (NotCachedException e) {
      return 0;
    }
    EntryCursor cursor = snapshot.entries("", null);
    for (Entry entry = cursor.next(); entry != null && !closed; entry = cursor.next()) {
      Facts object = read(entry);
      if (object != null) {
        String key = entry.key();
        if (connect) {
          connect(source, key, null, object);
        }
        examine(source, key, object);
      }
    }
    return snapshot.revision();
  }

  private @Nullable Facts read(Entry entry) {
    try {
      return facts.of(entry);
    } catch (IOException e) {
      // The cache is built again, and with it the graph.
      incomplete = true;
      LOG.log(Level.DEBUG, "an object cannot be read", e);
      return null;
    }
  }

  /** Applies the changes of a collection. Returns false if it has to be begun again. */
  private boolean follow(Source source) {
    EventReader events = source.events;
    if (events == null) {
      return true;
    }
    try {
      for (int i = 0; i < TURN; i++) {
        CacheEvent event = events.next();
        if (event == null && !events.skipped()) {
          return true;
        }
        if (event != null) {
          apply(source, event);
        }
      }
      note(source);
      return true;
    } catch (NotCachedException e) {
      drop(source);
      return true;
    } catch (CompactedException | IOException e) {
      LOG.log(Level.DEBUG, "{0} is looked through again: {1}", source.type, e.getMessage());
      source.close();
      // Deletions may have been missed, of owners in this collection.
      incomplete = true;
      return e instanceof CompactedException;
    }
  }

  private void apply(Source source, CacheEvent event) throws IOException {
    Entry current = event.current();
    Entry previous = event.previous();
    Facts before = previous == null ? null : facts.of(previous);
    Facts now = current == null ? null : facts.of(current);
    Entry named = current != null ? current : previous;
    if (named == null || (before != null && now != null && !now.differsFrom(before))) {
      return;
    }
    String key = named.key();
    connect(source, key, before, now);
    if (before != null) {
      release(Source.namespaceOf(source.type, key), before, now);
    }
    if (now != null) {
      examine(source, key, now);
    } else if (before != null && edges.any(Edges.hash(before.uid()))) {
      expand(before.uid());
    }
  }

  /** Makes the edges of an object those of its present version. */
  private void connect(Source source, String key, @Nullable Facts before, @Nullable Facts now) {
    Set<Long> wanted = owners(now);
    for (long owner : owners(before)) {
      if (!wanted.contains(owner)) {
        edges.remove(owner, source.number, key);
      }
    }
    wanted.forEach(owner -> edges.add(owner, source.number, key));
  }

  private static Set<Long> owners(@Nullable Facts object) {
    if (object == null || object.owners().isEmpty()) {
      return Set.of();
    }
    if (object.owners().size() > Edges.MOST_OWNERS) {
      return Set.of(Edges.MANY);
    }
    Set<Long> owners = new HashSet<>();
    object.owners().forEach(owner -> owners.add(Edges.hash(owner.uid())));
    return owners;
  }

  /** Notes the owners that waited for this dependent and no longer do. */
  private void release(String namespace, Facts before, @Nullable Facts now) throws IOException {
    for (Owner owner : before.owners()) {
      if (owner.blocks() && (now == null || !now.blocks(owner.uid()))) {
        ResourceType type = kinds.of(owner);
        Entry entry = type == null ? null : find(type, owner, namespace);
        if (type != null && entry != null) {
          Facts found = facts.ofOwner(entry);
          Integer number = numbers.get(type.storage().name());
          if (found.isWaiting() && found.uid().equals(owner.uid()) && number != null) {
            add(new Item(number, entry.key()));
          }
        }
      }
    }
  }

  private @Nullable Entry find(ResourceType type, Owner owner, String namespace) {
    try {
      return cache.resource(type.storage().name()).get(Kinds.keyOf(type, owner, namespace));
    } catch (NotCachedException e) {
      return null;
    }
  }

  /** Notes an object if there is something to do for it. */
  private void examine(Source source, String key, Facts object) {
    if (object.deleting()) {
      if (object.orphaning() || object.foreground()) {
        add(new Item(source.number, key));
      }
      if (object.foreground() && !object.orphaning()) {
        expand(object.uid());
      }
    } else if (lacksOwner(source.type, key, object)) {
      add(new Item(source.number, key));
    }
  }

  /** Whether an owner may be gone or going. */
  private boolean lacksOwner(ResourceType type, String key, Facts object) {
    String namespace = Source.namespaceOf(type, key);
    boolean lacks = false;
    for (Owner owner : object.owners()) {
      ResourceType of = kinds.of(owner);
      if (of == null) {
        // Nothing is decided until all owners are known.
        return false;
      }
      try {
        Entry entry = find(of, owner, namespace);
        Facts found = entry == null ? null : facts.ofOwner(entry);
        lacks |= found == null || !found.uid().equals(owner.uid()) || found.isWaiting();
      } catch (IOException e) {
        lacks = true;
      }
    }
    return lacks;
  }

  private void expand(String uid) {
    if (!expansions.add(Edges.hash(uid))) {
      incomplete = true;
    }
  }

  /** Adds an object to look at; if there is no room, all are looked through later. */
  void add(Item item) {
    if (!queue.add(item)) {
      incomplete = true;
    }
  }

  private void publish() {
    long least = Long.MAX_VALUE;
    for (Source source : sources.values()) {
      EventReader events = source.events;
      least = Math.min(least, events == null ? 0 : events.position());
    }
    lock.lock();
    try {
      if (least != Long.MAX_VALUE && least != applied) {
        applied = least;
        progress.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  void close() {
    closed = true;
    changes.raise();
    lock.lock();
    try {
      progress.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
