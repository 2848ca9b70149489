package dev.rheo.cache;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The history of one resource. An event takes 24 bytes: its revision, the places of the new and of
 * the previous version's record, and the bytes that are dead once it is trimmed. An event without a
 * new record is a deletion, one without a previous record a creation. Events are numbered; a reader
 * keeps a number.
 *
 * <pre>
 *   revision   place     previous
 *   10         1:0       -           create
 *   12         1:900     1:0         update
 *   17         -         1:900       delete
 * </pre>
 *
 * <p>One writer at a time, under the cache's lock. Readers access the events below a published end
 * without a lock. Events may be trimmed meanwhile, so a reader checks {@link #first()}
 * <em>after</em> reading one.
 */
final class EventLog {
  /** Heap of one event. */
  static final int EVENT_BYTES = 24;

  private static final int CHUNK = 256;
  private static final VarHandle PLACES = MethodHandles.arrayElementVarHandle(long[].class);

  /** A fixed number of consecutive events. Cleaning changes the places when it moves records. */
  static final class Chunk {
    private final long base;
    private final int[] deltas = new int[CHUNK];
    private final long[] places = new long[CHUNK];
    private final long[] previous = new long[CHUNK];
    private final int[] dies = new int[CHUNK];

    /** The events that are still kept decoded; null if none are. */
    @Nullable CacheEvent @Nullable [] decoded;

    Chunk(long base) {
      this.base = base;
    }
  }

  private record Directory(long first, Chunk[] chunks) {
    @Nullable Chunk of(long number) {
      long at = number / CHUNK - first;
      return at < 0 ? null : chunks[(int) at];
    }
  }

  private volatile Directory directory = new Directory(0, new Chunk[0]);
  private volatile long first;
  private long end;

  /** The number of the oldest event that is kept. */
  long first() {
    return first;
  }

  /** One past the number of the newest event, published or not. For the writer only. */
  long end() {
    return end;
  }

  long bytes() {
    return (long) directory.chunks.length * CHUNK * EVENT_BYTES;
  }

  /**
   * Adds an event.
   *
   * @param dies bytes of the previous version's record, dead once this event is trimmed
   * @return the event's chunk if it is new, else null
   */
  @Nullable Chunk append(
      long revision, long place, long previousPlace, int dies, CacheEvent decoded) {
    Chunk begun = null;
    int at = (int) (end % CHUNK);
    Chunk chunk = at == 0 ? null : tail();
    if (chunk != null && revision - chunk.base > 0xFFFF_FFFFL) {
      // Not seen in practice: the delta exceeds 32 bits. The rest of the chunk is padding.
      int last = chunk.deltas[at - 1];
      Arrays.fill(chunk.deltas, at, CHUNK, last);
      end += CHUNK - at;
      chunk = null;
      at = 0;
    }
    if (chunk == null) {
      chunk = new Chunk(revision);
      chunk.decoded = new CacheEvent[CHUNK];
      begun = chunk;
      Directory old = directory;
      int count = (int) (end / CHUNK - old.first);
      Chunk[] chunks = Arrays.copyOf(old.chunks, count + 1);
      chunks[count] = chunk;
      directory = new Directory(old.first, chunks);
    }
    chunk.deltas[at] = (int) (revision - chunk.base);
    chunk.dies[at] = dies;
    PLACES.setRelease(chunk.places, at, place);
    PLACES.setRelease(chunk.previous, at, previousPlace);
    @Nullable CacheEvent[] kept = chunk.decoded;
    if (kept != null) {
      kept[at] = decoded;
    }
    end++;
    return begun;
  }

  private Chunk tail() {
    Directory now = directory;
    return now.chunks[(int) ((end - 1) / CHUNK - now.first)];
  }

  /** Removes the events from this number on, none of which was published. */
  void truncate(long newEnd) {
    Directory old = directory;
    int count = (int) ((newEnd + CHUNK - 1) / CHUNK - old.first);
    if (count < old.chunks.length) {
      directory = new Directory(old.first, Arrays.copyOf(old.chunks, count));
    }
    end = newEnd;
  }

  /** Whether this is the last chunk, which receives new events and so stays decoded. */
  boolean isTail(Chunk chunk) {
    Directory now = directory;
    return now.chunks.length > 0 && now.chunks[now.chunks.length - 1] == chunk;
  }

  /** Told of each record that is no longer needed. */
  @FunctionalInterface
  interface Forgotten {
    void record(long place, int bytes);
  }

  /** Trims the events up to and including a revision, but no unpublished ones. */
  void trim(long revision, long publishedEnd, Forgotten forgotten) {
    long number = first;
    Directory now = directory;
    while (number < publishedEnd) {
      Chunk chunk = now.of(number);
      int at = (int) (number % CHUNK);
      if (chunk == null || chunk.base + Integer.toUnsignedLong(chunk.deltas[at]) > revision) {
        break;
      }
      number++;
      first = number;
      long place = (long) PLACES.getAcquire(chunk.previous, at);
      if (place != Place.NONE) {
        forgotten.record(place, chunk.dies[at]);
      }
      @Nullable CacheEvent[] kept = chunk.decoded;
      if (kept != null) {
        kept[at] = null;
      }
    }
    int gone = (int) (number / CHUNK - now.first);
    if (gone > 0) {
      directory =
          new Directory(now.first + gone, Arrays.copyOfRange(now.chunks, gone, now.chunks.length));
    }
  }

  /** The revision of an event, or -1 if it was trimmed. */
  long revision(long number) {
    Chunk chunk = directory.of(number);
    if (chunk == null || number < first) {
      return -1;
    }
    return chunk.base + Integer.toUnsignedLong(chunk.deltas[(int) (number % CHUNK)]);
  }

  /** The number of the first event above a revision; {@code end} if none is below {@code end}. */
  long after(long revision, long end) {
    long low = first;
    long high = end - 1;
    while (low <= high) {
      long mid = (low + high) >>> 1;
      if (revision(mid) <= revision) {
        low = mid + 1;
      } else {
        high = mid - 1;
      }
    }
    return Math.min(low, end);
  }

  /** The event, if it is kept decoded. */
  @Nullable CacheEvent decoded(long number) {
    Chunk chunk = directory.of(number);
    @Nullable CacheEvent[] kept = chunk == null ? null : chunk.decoded;
    return kept == null ? null : kept[(int) (number % CHUNK)];
  }

  /** Place of the new version's record. */
  long place(long number) {
    Chunk chunk = directory.of(number);
    return chunk == null
        ? Place.NONE
        : (long) PLACES.getAcquire(chunk.places, (int) (number % CHUNK));
  }

  /** Place of the previous version's record. */
  long previous(long number) {
    Chunk chunk = directory.of(number);
    return chunk == null
        ? Place.NONE
        : (long) PLACES.getAcquire(chunk.previous, (int) (number % CHUNK));
  }

  /** Maps the place of a record to the one to which cleaning moved it. */
  @FunctionalInterface
  interface Moved {
    /** The new place, or the same one if the record was not moved. */
    long to(long place);
  }

  /** Updates the places of an event and drops its decoded copy, which refers to the old ones. */
  void move(long number, Moved moved) {
    Chunk chunk = directory.of(number);
    if (chunk == null) {
      return;
    }
    int at = (int) (number % CHUNK);
    long place = chunk.places[at];
    long before = chunk.previous[at];
    long newPlace = moved.to(place);
    long newBefore = moved.to(before);
    if (newPlace != place || newBefore != before) {
      PLACES.setRelease(chunk.places, at, newPlace);
      PLACES.setRelease(chunk.previous, at, newBefore);
      @Nullable CacheEvent[] kept = chunk.decoded;
      if (kept != null) {
        kept[at] = null;
      }
    }
  }
}
