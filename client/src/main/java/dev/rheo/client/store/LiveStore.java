package dev.rheo.client.store;

import dev.rheo.client.store.Change.Type;
import dev.rheo.client.wire.ObjectHead;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The one copy of a resource that an informer keeps.
 *
 * <p>A list does not replace the store: it goes into it object by object. Each round of listing has
 * a number. An object that the server names in a round gets the round's number (it is marked), and
 * changes the store only if its version differs. When the round has ended, what has no mark is gone
 * on the server and is deleted (it is swept). Thus a relist needs no second copy, a round that
 * breaks off harms nothing, and the next round, which has a mark of its own, leaves no ghost.
 *
 * <p>One thread writes. Any thread reads, without a lock. Readers see each object as it was told
 * last; during a round they see the old and the new side by side, as they would on a server that is
 * being written to.
 *
 * @param <T> the host client's class for the objects
 */
public final class LiveStore<T> {
  private final Map<String, Item> items = new ConcurrentHashMap<>();
  private final Packing<T> packing;
  private final Indexes<T> indexes;
  private final ChangeLog log;
  private final List<Reader<T>> readers = new CopyOnWriteArrayList<>();

  /**
   * Guards the writes, the log and the readers' positions. Held for a few instructions at a time.
   */
  private final Object lock = new Object();

  private volatile boolean synced;
  private volatile String resourceVersion = "";

  // The writer's.
  private int rounds;
  private boolean listing;
  private boolean emptyBefore;
  private boolean untold;

  /** An object as it is kept. */
  private static final class Item {
    final String key;
    final Object packed;
    final String version;
    final int check;

    /** The round in which the server named the object last. Written by the store's writer alone. */
    int round;

    Item(String key, Object packed, String version, int check, int round) {
      this.key = key;
      this.packed = packed;
      this.version = version;
      this.check = check;
      this.round = round;
    }
  }

  /**
   * @param indexes for each index its name and its function
   * @param logBound from how many entries on the log of changes is compacted if a handler is behind
   */
  public LiveStore(
      Packing<T> packing,
      Map<String, Function<T, ? extends Collection<String>>> indexes,
      int logBound) {
    this.packing = packing;
    this.indexes = new Indexes<>(indexes);
    this.log = new ChangeLog(logBound);
  }

  // --- The writer's side.

  /** The number of a new round of listing. */
  public int newRound() {
    if (!listing) {
      listing = true;
      emptyBefore = items.isEmpty();
      synchronized (lock) {
        log.append(new Change(Type.LISTING, "", null, null, false));
      }
      wake();
    }
    return ++rounds;
  }

  /** Marks the object if the store has it in this very state. */
  public boolean markIfSame(ObjectHead head, String key, int round) {
    Item item = items.get(key);
    if (item == null
        || head.resourceVersion().isEmpty()
        || item.check != head.check()
        || !item.version.equals(head.resourceVersion())) {
      return false;
    }
    item.round = round;
    return true;
  }

  /** Marks the object, whatever its version; false if the store does not have it. */
  public boolean mark(String key, int round) {
    Item item = items.get(key);
    if (item == null) {
      return false;
    }
    item.round = round;
    return true;
  }

  /**
   * Puts an object: adds it or replaces its older version. Handlers are told at the next {@link
   * #tell}: to rouse each of them for each object would cost more than the object does.
   *
   * @param raw the bytes as they came; null if a transform may have changed the object or the
   *     packing wants none
   */
  public void put(ObjectHead head, String key, int round, T object, byte @Nullable [] raw) {
    Item before = items.get(key);
    // The keys of an object that is replaced and of its replacement are one string.
    String kept = before == null ? key : before.key;
    Item item = null;
    boolean done = false;
    while (!done) {
      Object state = indexes.state();
      Map<String, List<String>> values = indexes.valuesOf(object);
      @Nullable Map<String, List<String>> former = indexed(before);
      if (item == null) {
        // Not before its values are known: an object that cannot be indexed is not kept.
        Object packed = packing.pack(object, raw);
        item = new Item(kept, packed, head.resourceVersion(), head.check(), round);
      }
      synchronized (lock) {
        // An index that has been added meanwhile has to have the object, too.
        done = state == indexes.state();
        if (done) {
          items.put(kept, item);
          indexes.replace(kept, former, values);
          log.append(
              before == null
                  ? new Change(Type.ADD, kept, null, item.packed, !synced)
                  : new Change(Type.UPDATE, kept, before.packed, item.packed, false));
        }
      }
    }
    untold = true;
  }

  /** The values that the indexes have of an object; null if they cannot be told any more. */
  private @Nullable Map<String, List<String>> indexed(@Nullable Item item) {
    try {
      return item == null ? Map.of() : indexes.valuesOf(packing.unpack(item.packed));
    } catch (RuntimeException e) {
      return null;
    }
  }

  private Object released(Item item) {
    try {
      return packing.released(item.packed);
    } catch (RuntimeException e) {
      return item.packed;
    }
  }

  /**
   * Deletes an object.
   *
   * @param last the object as the server told it with the deletion; null if the deletion was found
   *     by a list
   * @return false if the store does not have it
   */
  public boolean delete(String key, @Nullable T last, byte @Nullable [] raw) {
    Item before = items.get(key);
    if (before == null) {
      return false;
    }
    Object packed = null;
    boolean done = false;
    while (!done) {
      Object state = indexes.state();
      @Nullable Map<String, List<String>> former = indexed(before);
      if (packed == null) {
        Object told = last == null ? null : packing.pack(last, raw);
        Object released = released(before);
        packed = told == null ? released : told;
      }
      synchronized (lock) {
        done = state == indexes.state();
        if (done) {
          items.remove(key);
          indexes.replace(key, former, Map.of());
          log.append(new Change(Type.DELETE, before.key, before.packed, packed, last == null));
        }
      }
    }
    wake();
    return true;
  }

  /**
   * Deletes what the round has not named, and makes the store synced.
   *
   * @param version the version that the store has now
   * @return how many objects were deleted
   */
  public int sweep(int round, String version) {
    int swept = 0;
    for (Item item : items.values()) {
      if (item.round != round && delete(item.key, null, null)) {
        swept++;
      }
    }
    listing = false;
    resourceVersion = version;
    synchronized (lock) {
      log.append(new Change(Type.LISTED, version, null, null, emptyBefore && items.isEmpty()));
      if (!synced) {
        synced = true;
        log.append(new Change(Type.SYNCED, "", null, null, false));
      }
    }
    wake();
    return swept;
  }

  /** Lets handlers be told what has been put. Costs nothing if nothing has. */
  public void tell() {
    if (untold) {
      wake();
    }
  }

  /** The store has all changes up to this version. */
  public void reached(String version) {
    resourceVersion = version;
  }

  // --- The side of those who read the store.

  /**
   * Up to which version the store has all changes; empty before it is complete. It is never ahead
   * of what {@link #get} returns: who reads it and then an object sees the object at this version
   * or a later one.
   */
  public String resourceVersion() {
    return resourceVersion;
  }

  /** Whether the store has been complete once. */
  public boolean synced() {
    return synced;
  }

  /** How many objects there are. */
  public int size() {
    return items.size();
  }

  /** The object, or null. */
  public @Nullable T get(String key) {
    Item item = items.get(key);
    return item == null ? null : packing.unpack(item.packed);
  }

  /** The version of the object, or null. */
  public @Nullable String version(String key) {
    Item item = items.get(key);
    return item == null ? null : item.version;
  }

  /** The keys, as they are while they are walked over. */
  public Set<String> keys() {
    return Collections.unmodifiableSet(items.keySet());
  }

  /** All objects, each as it is when it is reached. */
  public List<T> list() {
    List<T> all = new ArrayList<>(items.size());
    items.values().forEach(item -> all.add(packing.unpack(item.packed)));
    return all;
  }

  /** The objects that have the value in the index. */
  public List<T> byIndex(String index, String value) {
    List<T> found = new ArrayList<>();
    for (String key : indexes.keys(index, value)) {
      T object = get(key);
      if (object != null) {
        found.add(object);
      }
    }
    return found;
  }

  /** The keys of the objects that have the value in the index. */
  public Set<String> keysByIndex(String index, String value) {
    return Set.copyOf(indexes.keys(index, value));
  }

  /** The values of an index. */
  public Set<String> indexValues(String index) {
    return Set.copyOf(indexes.values(index));
  }

  /**
   * Adds an index, which has all objects when this returns.
   *
   * @throws IllegalArgumentException if there is an index of this name
   */
  public void addIndex(String name, Function<T, ? extends Collection<String>> function) {
    synchronized (lock) {
      indexes.open(name, function);
    }
    // From now on the writer cares for what it changes.
    try {
      indexPresent(name, function);
    } catch (RuntimeException | Error e) {
      // An index of some of the objects is none.
      removeIndex(name);
      throw e;
    }
  }

  private void indexPresent(String name, Function<T, ? extends Collection<String>> function) {
    for (String key : items.keySet()) {
      boolean done = false;
      while (!done) {
        Item item = items.get(key);
        List<String> values =
            item == null ? List.of() : Indexes.values(function, packing.unpack(item.packed));
        synchronized (lock) {
          done = items.get(key) == item;
          if (done && item != null) {
            indexes.add(item.key, Map.of(name, values));
          }
        }
      }
    }
  }

  /** Removes an index, if there is one of this name. */
  public void removeIndex(String name) {
    synchronized (lock) {
      indexes.drop(name);
    }
  }

  /** The names of the indexes. */
  public Set<String> indexNames() {
    return indexes.names();
  }

  // --- The side of handlers.

  /** Adds a reader of changes, which begins with all objects that there are. */
  void addReader(Reader<T> reader) {
    synchronized (lock) {
      List<Change> present = new ArrayList<>(items.size());
      items.values().forEach(i -> present.add(new Change(Type.ADD, i.key, null, i.packed, true)));
      reader.begin(log.open(), present, synced);
      readers.add(reader);
    }
    reader.wake();
  }

  void removeReader(Reader<T> reader) {
    synchronized (lock) {
      if (readers.remove(reader)) {
        log.close(reader.position());
      }
    }
  }

  /** Takes up to {@code max} changes for a reader, or nothing at the end of the log. */
  List<Change> take(Reader<T> reader, int max) {
    synchronized (lock) {
      List<Change> taken = new ArrayList<>();
      Change change;
      while (taken.size() < max && (change = log.take(reader.position())) != null) {
        taken.add(change);
      }
      return taken;
    }
  }

  /**
   * Takes the present state of an object, if the reader has taken all changes; null if it has not
   * or there is none.
   */
  @Nullable Object takePresent(Reader<T> reader, String key) {
    synchronized (lock) {
      Item item = items.get(key);
      return item == null || !reader.position().atEnd() ? null : item.packed;
    }
  }

  boolean atEnd(Reader<T> reader) {
    synchronized (lock) {
      return reader.position().atEnd();
    }
  }

  long behind(Reader<T> reader) {
    synchronized (lock) {
      return log.behind(reader.position());
    }
  }

  /** How many changes the slowest handler has not been given. */
  public long logLength() {
    synchronized (lock) {
      return log.length();
    }
  }

  /** How often the log of changes has been compacted because a handler was behind. */
  public long logCompactions() {
    synchronized (lock) {
      return log.compactions();
    }
  }

  T unpack(Object packed) {
    return packing.unpack(packed);
  }

  /** Whether the packing wants the bytes that came. */
  public boolean wantsBytes() {
    return packing.wantsBytes();
  }

  /** Called by the writer, who may have put something before. */
  private void wake() {
    untold = false;
    for (Reader<T> reader : readers) {
      reader.wake();
    }
  }
}
