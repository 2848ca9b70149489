package dev.rheo.cache;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reclaims disk space: copies the records of a segment that are still needed to the head of the
 * spool, then unlinks the segment. Needed are the records of current versions and those to which
 * the history refers. Readers that hold entries of the old segment keep it alive.
 *
 * <p>Runs on its own thread, which takes the cache's lock for short steps only.
 */
final class SegmentCompactor implements Runnable {
  private static final System.Logger LOG = System.getLogger(SegmentCompactor.class.getName());

  /** A segment is cleaned when less than this share of it is needed, in percent. */
  private static final int NEEDED_PERCENT = 30;

  /** The same share while the disk budget is exceeded. */
  private static final int NEEDED_PERCENT_PRESSED = 80;

  /** Bytes that are copied at once under the lock. */
  private static final int STEP = 256 << 10;

  private final WatchCache cache;
  private final Spool spool;
  private final CacheSettings settings;
  private final Signal work;
  private volatile boolean started;
  private volatile boolean paused = true;
  private volatile boolean closed;
  private volatile long cleaned;

  SegmentCompactor(WatchCache cache, Spool spool, CacheSettings settings) {
    this.cache = cache;
    this.spool = spool;
    this.settings = settings;
    this.work = new Signal(cache.threads());
  }

  long cleaned() {
    return cleaned;
  }

  /** Stops cleaning while the cache is being built; cleaning under way is abandoned. */
  void pause() {
    paused = true;
  }

  void resume() {
    paused = false;
  }

  /** Wakes the cleaner: there may be something to clean. */
  void look() {
    if (!started) {
      started = true;
      cache.threads().start("rheo-cache-cleaner", this);
    }
    work.raise();
  }

  void close() {
    closed = true;
    work.raise();
  }

  @Override
  public void run() {
    while (!closed) {
      work.take();
      try {
        Victim victim = closed || paused ? null : choose();
        while (victim != null && clean(victim.segment, victim.seen)) {
          cleaned++;
          victim = closed || paused ? null : choose();
        }
      } catch (IOException e) {
        LOG.log(Level.WARNING, "Cleaning the spool failed", e);
      } catch (RuntimeException | Error e) {
        LOG.log(Level.ERROR, "Cleaning the spool failed", e);
      }
    }
  }

  /**
   * A segment to clean.
   *
   * @param seen the state at the time of the choice. A resource that is added later has no record
   *     in the segment, which no longer was the head
   */
  private record Victim(Segment segment, Published seen) {}

  private @Nullable Victim choose() {
    cache.lock().lock();
    try {
      boolean pressed = spool.linkedBytes() > settings.diskBytes();
      long limit = pressed ? NEEDED_PERCENT_PRESSED : NEEDED_PERCENT;
      Segment best = null;
      long bestShare = limit;
      for (Segment segment : spool.segments()) {
        long share = (segment.end - segment.dead) * 100 / Math.max(1, segment.end);
        if (share < bestShare && !spool.isHead(segment)) {
          best = segment;
          bestShare = share;
        }
      }
      if (pressed) {
        cache.snapshots().clear();
      }
      // A resource that is being loaded may have records anywhere, and none is published yet.
      Published seen = cache.published();
      return best == null || seen.generation().isLoading() ? null : new Victim(best, seen);
    } finally {
      cache.lock().unlock();
    }
  }

  /** A record that is still needed. */
  private static final class Needed {
    /** Bytes of header and form; 0 until known. */
    int length;

    /** The place to which it was copied. */
    long moved = Place.NONE;
  }

  /** An event that refers to records of the segment. */
  private record Named(Table table, long number) {}

  /** An object whose current version was in the segment. */
  private record Present(Table table, byte[] key) {}

  private boolean clean(Segment victim, Published seen) throws IOException {
    TreeMap<Integer, Needed> needed = new TreeMap<>();
    List<Named> named = new ArrayList<>();
    List<Present> present = new ArrayList<>();
    for (TableState state : seen.states()) {
      if (state == null) {
        continue;
      }
      Table table = state.table();
      EntryCursor entries = state.tree().cursor(new byte[0], null);
      for (Entry entry = entries.next(); entry != null; entry = entries.next()) {
        if (entry.segment == victim) {
          Needed record = need(needed, Place.of(entry));
          record.length = entry.headerLength + entry.length();
          present.add(new Present(table, entry.key));
        }
      }
      for (long number = table.log.first(); number < state.end(); number++) {
        findNamed(victim, table, number, needed, named);
      }
    }
    if (!copy(victim, seen, needed)) {
      return false;
    }
    cache.lock().lock();
    try {
      if (paused || cache.published().generation() != seen.generation()) {
        return false;
      }
      finish(victim, seen, needed, named, present);
      return true;
    } finally {
      cache.lock().unlock();
    }
  }

  private static void findNamed(
      Segment victim,
      Table table,
      long number,
      SortedMap<Integer, Needed> needed,
      List<Named> named) {
    long place = table.log.place(number);
    long previous = table.log.previous(number);
    boolean in = Place.segment(place) == victim.id;
    boolean previousIn = Place.segment(previous) == victim.id;
    if (in) {
      need(needed, place);
    }
    if (previousIn) {
      need(needed, previous);
    }
    if (in || previousIn) {
      named.add(new Named(table, number));
    }
  }

  private static Needed need(SortedMap<Integer, Needed> needed, long place) {
    return needed.computeIfAbsent(Place.offset(place), offset -> new Needed());
  }

  /**
   * Copies the records in file order, step by step.
   *
   * @return false if cleaning was abandoned
   */
  private boolean copy(Segment victim, Published seen, SortedMap<Integer, Needed> needed)
      throws IOException {
    List<byte[]> step = new ArrayList<>();
    List<Needed> records = new ArrayList<>();
    int bytes = 0;
    for (var entry : needed.entrySet()) {
      Needed record = entry.getValue();
      try {
        if (record.length == 0) {
          record.length = length(victim, entry.getKey());
        }
        step.add(read(victim, entry.getKey(), record.length));
      } catch (IOException e) {
        // Otherwise this segment would be chosen again and again, and no other one cleaned.
        cache.spoolFailed(victim, e);
        throw e;
      }
      records.add(record);
      bytes += record.length;
      if (bytes >= STEP) {
        if (!append(seen, step, records)) {
          return false;
        }
        step.clear();
        records.clear();
        bytes = 0;
      }
    }
    return append(seen, step, records);
  }

  private boolean append(Published seen, List<byte[]> bytes, List<Needed> records)
      throws IOException {
    cache.lock().lock();
    try {
      if (closed || paused || cache.published().generation() != seen.generation()) {
        return false;
      }
      for (int i = 0; i < records.size(); i++) {
        byte[] record = bytes.get(i);
        Segment to = spool.begin(record.length);
        records.get(i).moved = Place.of(to.id, to.end);
        spool.append(record, 0, record.length);
        // Counts as dead until finish() finds that the record is still needed.
        to.dead += record.length;
      }
      spool.flush();
      return true;
    } finally {
      cache.lock().unlock();
    }
  }

  private int length(Segment of, int offset) throws IOException {
    ByteBuffer fixed = ByteBuffer.wrap(read(of, offset, SpoolRecord.FIXED));
    return SpoolRecord.headerLength(fixed) + SpoolRecord.formLength(fixed);
  }

  private byte[] read(Segment of, int offset, int length) throws IOException {
    byte[] bytes = new byte[length];
    ReadAheadBuffer.readFully(of, offset, ByteBuffer.wrap(bytes), cache.loaders());
    return bytes;
  }

  /**
   * Under the lock: replaces the old places by the new ones, publishes, and unlinks the segment.
   */
  private void finish(
      Segment victim,
      Published seen,
      SortedMap<Integer, Needed> needed,
      List<Named> named,
      List<Present> present) {
    Published now = cache.published();
    Generation generation = now.generation();
    // Events logged meanwhile refer to records that were current when cleaning began.
    for (TableState state : seen.states()) {
      if (state != null && !state.table().dropped) {
        for (long n = state.end(); n < state.table().log.end(); n++) {
          findNamed(victim, state.table(), n, needed, named);
        }
      }
    }
    EventLog.Moved moved =
        place ->
            Place.segment(place) == victim.id && place != Place.NONE
                ? movedTo(needed, place)
                : place;
    Set<Integer> alive = new HashSet<>();
    for (Named event : named) {
      EventLog log = event.table.log;
      if (!event.table.dropped && event.number >= log.first()) {
        alive(alive, victim, log.place(event.number));
        alive(alive, victim, log.previous(event.number));
        log.move(event.number, moved);
      }
    }
    for (Present object : present) {
      Entry entry = object.table.dropped ? null : object.table.editor.get(object.key);
      if (entry != null && entry.segment == victim) {
        long place = moved.to(Place.of(entry));
        Segment to = spool.segment(Place.segment(place));
        if (to == null) {
          throw new IllegalStateException("a record was moved nowhere");
        }
        alive(alive, victim, Place.of(entry));
        object.table.editor.put(entry.movedTo(to, Place.offset(place) + entry.headerLength));
      }
    }
    @Nullable TableState[] states = now.states().clone();
    for (int i = 0; i < states.length; i++) {
      TableState state = states[i];
      if (state != null) {
        states[i] = new TableState(state.table(), state.table().editor.tree(), state.end());
      }
    }
    revive(needed, alive);
    cache.publish(new Published(generation, now.revision(), states));
    spool.unlink(victim);
  }

  /** Counts the copies of records that are still needed as dead no longer. */
  private void revive(SortedMap<Integer, Needed> needed, Set<Integer> alive) {
    for (int offset : alive) {
      Needed record = needed.get(offset);
      Segment to = record == null ? null : spool.segment(Place.segment(record.moved));
      if (record != null && to != null) {
        to.dead -= record.length;
      }
    }
  }

  private static void alive(Set<Integer> alive, Segment victim, long place) {
    if (place != Place.NONE && Place.segment(place) == victim.id) {
      alive.add(Place.offset(place));
    }
  }

  private static long movedTo(SortedMap<Integer, Needed> needed, long place) {
    Needed record = needed.get(Place.offset(place));
    if (record == null || record.moved == Place.NONE) {
      throw new IllegalStateException("a record that is needed was not copied");
    }
    return record.moved;
  }
}
