package dev.rheo.store;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A store in the Java heap, for tests and for a server inside a test. It is not durable, and only
 * compaction bounds its memory.
 *
 * <p>Thread-safe.
 */
public final class MemoryRevisionStore implements RevisionStore, SampledHistory {
  private static final long FIRST_REVISION = 1;

  private final Object monitor = new Object();
  private final String history = UUID.randomUUID().toString();
  private final Head head = new Head(FIRST_REVISION, 0);

  /** Each key's versions, oldest first. */
  private final TreeMap<String, List<Version>> versions = new TreeMap<>(Keys.ORDER);

  private final TreeMap<Long, List<Event>> log = new TreeMap<>();
  private final List<Sample> samples = new ArrayList<>();
  private final InstantSource clock;

  /** Values with a time to live, replaced ones included, by the time at which they expire. */
  private final TreeMap<Long, List<Op.Delete>> expiring = new TreeMap<>();

  private long keys;
  private long commits;
  private long bytesWritten;
  private long expired;

  public MemoryRevisionStore() {
    this(InstantSource.system());
  }

  /**
   * @param clock tells when the time to live of a value is over
   */
  public MemoryRevisionStore(InstantSource clock) {
    this.clock = clock;
  }

  /** A deletion has no value. */
  private record Version(long modRevision, long createRevision, byte @Nullable [] value) {}

  @Override
  public long commit(List<Op> operations) throws RevisionConflictException, StoreException {
    List<Op> ops = List.copyOf(operations);
    Keys.validate(ops);
    synchronized (monitor) {
      head.checkOpen();
      for (Op op : ops) {
        Version newest = newest(op.key(), Long.MAX_VALUE);
        long actual = newest == null ? 0 : newest.modRevision();
        boolean nothingToDelete = op instanceof Op.Delete && actual == 0;
        if (nothingToDelete || (op.expected() != Op.ANY && op.expected() != actual)) {
          throw new RevisionConflictException(op.key(), op.expected(), actual);
        }
      }
      if (ops.stream().allMatch(Op.Check.class::isInstance)) {
        return head.current();
      }
      long revision = head.current() + 1;
      List<Event> events = new ArrayList<>(ops.size());
      for (Op op : ops) {
        switch (op) {
          case Op.Put put -> events.add(put(put, revision));
          case Op.Delete delete -> events.add(delete(delete, revision));
          case Op.Check _ -> {}
        }
      }
      log.put(revision, events);
      commits++;
      head.advance(revision);
      return revision;
    }
  }

  private Event put(Op.Put put, long revision) {
    Version before = newest(put.key(), Long.MAX_VALUE);
    long created = before == null ? revision : before.createRevision();
    keys += before == null ? 1 : 0;
    bytesWritten += put.key().length() + put.value().length;
    versions
        .computeIfAbsent(put.key(), _ -> new ArrayList<>())
        .add(new Version(revision, created, put.value()));
    if (!put.ttl().isZero()) {
      expiring
          .computeIfAbsent(clock.millis() + put.ttl().toMillis(), _ -> new ArrayList<>())
          .add(new Op.Delete(put.key(), revision));
    }
    return new Event(put.key(), put.value(), created, revision);
  }

  private Event delete(Op.Delete delete, long revision) {
    keys--;
    bytesWritten += delete.key().length();
    versions
        .computeIfAbsent(delete.key(), _ -> new ArrayList<>())
        .add(new Version(revision, 0, null));
    return new Event(delete.key(), null, 0, revision);
  }

  @Override
  public @Nullable KeyValue get(String key, long revision)
      throws CompactedException, FutureRevisionException, StoreException {
    Keys.encode(key);
    long pinned = head.pin(revision);
    try {
      synchronized (monitor) {
        return keyValue(key, newest(key, pinned));
      }
    } finally {
      unpin(pinned);
    }
  }

  @Override
  public RangeCursor range(String start, String end, long revision)
      throws CompactedException, FutureRevisionException, StoreException {
    KeyRange range = new KeyRange(start, end);
    return new MemoryRange(range, head.pin(revision));
  }

  @Override
  public WatchCursor watch(String start, String end, long fromRevision)
      throws CompactedException, StoreException {
    return new LogWatch(head, this::readLog, new KeyRange(start, end), fromRevision);
  }

  private Batch readLog(KeyRange range, long from) throws CompactedException {
    synchronized (monitor) {
      if (from <= head.compacted()) {
        throw new CompactedException(from, head.compacted());
      }
      List<Event> matching = new ArrayList<>();
      long last = head.current();
      long bytes = 0;
      for (Map.Entry<Long, List<Event>> commit : log.tailMap(from, true).entrySet()) {
        for (Event event : commit.getValue()) {
          if (range.contains(event.key())) {
            matching.add(event);
            byte[] value = event.value();
            bytes += value == null ? 0 : value.length;
          }
        }
        if (bytes > ChangeLog.BATCH_BYTES) {
          last = commit.getKey();
          break;
        }
      }
      return new Batch(matching, last);
    }
  }

  @Override
  public String history() {
    return history;
  }

  @Override
  public long currentRevision() throws StoreException {
    head.checkOpen();
    return head.current();
  }

  @Override
  public long compactedRevision() {
    return head.compacted();
  }

  @Override
  public void compact(long revision) throws FutureRevisionException, StoreException {
    head.checkOpen();
    head.compact(revision);
    prune();
  }

  private void unpin(long revision) {
    head.unpin(revision);
    if (revision < head.compacted()) {
      prune();
    }
  }

  /** Deletes the versions and changes that no read or watch can see any more. */
  private void prune() {
    synchronized (monitor) {
      long upTo = head.prunable();
      Map<Long, List<Event>> forgotten = log.headMap(upTo, true);
      for (List<Event> events : forgotten.values()) {
        for (Event event : events) {
          prune(event.key(), upTo);
        }
      }
      forgotten.clear();
    }
  }

  private void prune(String key, long upTo) {
    List<Version> all = versions.get(key);
    if (all == null) {
      return;
    }
    while (all.size() > 1 && all.get(1).modRevision() <= upTo) {
      all.removeFirst();
    }
    Version oldest = all.getFirst();
    if (oldest.value() == null && oldest.modRevision() <= upTo) {
      all.removeFirst();
    }
    if (all.isEmpty()) {
      versions.remove(key);
    }
  }

  @Override
  public boolean expire(int most) throws StoreException {
    for (int i = 0; i < most; i++) {
      synchronized (monitor) {
        Map.Entry<Long, List<Op.Delete>> first = expiring.firstEntry();
        if (first == null || first.getKey() > clock.millis()) {
          return false;
        }
        try {
          commit(List.of(first.getValue().getLast()));
          expired++;
        } catch (RevisionConflictException replaced) {
          // The key has another value by now, or none.
        }
        first.getValue().removeLast();
        if (first.getValue().isEmpty()) {
          expiring.remove(first.getKey());
        }
      }
    }
    return true;
  }

  @Override
  public Stats stats() {
    synchronized (monitor) {
      return new Stats(keys, 0, 0, commits, 0, 0, 0, 0, 0, 0, 0, expired);
    }
  }

  @Override
  public void sample(long epochMillis) {
    synchronized (monitor) {
      if (samples.isEmpty() || samples.getLast().revision() < head.current()) {
        samples.add(new Sample(epochMillis, head.current(), bytesWritten));
      }
    }
  }

  @Override
  public List<Sample> samples() {
    synchronized (monitor) {
      return List.copyOf(samples);
    }
  }

  @Override
  public void dropSamples(long belowRevision) {
    synchronized (monitor) {
      samples.removeIf(sample -> sample.revision() < belowRevision);
    }
  }

  @Override
  public void close() {
    head.close();
  }

  /** The newest version at or below a revision, or null if the key did not exist then. */
  private @Nullable Version newest(String key, long revision) {
    List<Version> all = versions.getOrDefault(key, List.of());
    for (int i = all.size() - 1; i >= 0; i--) {
      Version version = all.get(i);
      if (version.modRevision() <= revision) {
        return version.value() == null ? null : version;
      }
    }
    return null;
  }

  private static @Nullable KeyValue keyValue(String key, @Nullable Version version) {
    byte[] value = version == null ? null : version.value();
    return version == null || value == null
        ? null
        : new KeyValue(key, value, version.createRevision(), version.modRevision());
  }

  /** The number of versions held, for tests of pruning. */
  int versionCount() {
    synchronized (monitor) {
      return versions.values().stream().mapToInt(List::size).sum();
    }
  }

  private final class MemoryRange implements RangeCursor {
    private final KeyRange range;
    private final long revision;
    private @Nullable String last;
    private boolean closed;

    MemoryRange(KeyRange range, long revision) {
      this.range = range;
      this.revision = revision;
    }

    @Override
    public long revision() {
      return revision;
    }

    @Override
    public @Nullable KeyValue next() throws StoreException {
      if (closed) {
        throw StoreException.closed("range");
      }
      synchronized (monitor) {
        head.checkOpen();
        while (true) {
          String key = last == null ? versions.ceilingKey(range.start()) : versions.higherKey(last);
          if (key == null || !range.contains(key)) {
            return null;
          }
          last = key;
          KeyValue found = keyValue(key, newest(key, revision));
          if (found != null) {
            return found;
          }
        }
      }
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        unpin(revision);
      }
    }
  }
}
