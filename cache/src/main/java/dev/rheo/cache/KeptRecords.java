package dev.rheo.cache;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The records of a spool that an earlier process left. Each is one version of one object, so
 * whoever knows from the store which versions are current need not fetch those that are here.
 *
 * <p>Nothing is known of completeness: a process may have been killed at any time. The last record
 * of a file may be cut off, and is passed over. Used by the follower's thread only.
 */
final class KeptRecords {
  private static final System.Logger LOG = System.getLogger(KeptRecords.class.getName());

  /** Most records that are known, at up to 64 bytes each: those of the newest files. */
  private static final int MOST = 1 << 19;

  /** Segments that are read at once, each by a thread if there are processors. */
  private static final int AT_ONCE = 4;

  /** Bytes that are read at a record: a header has seldom more. */
  private static final int AHEAD = 512;

  private final Map<Integer, Segment> segments = new TreeMap<>();
  private final List<Segment> all;

  /** Open addressing by revision. A place of {@link Place#NONE} is a free slot. */
  private long[] revisions = new long[1 << 12];

  private long[] places = new long[1 << 12];
  private int count;
  private long newest;
  private boolean whole = true;

  /**
   * Reads which records there are.
   *
   * @param segments the newest first
   */
  KeptRecords(List<Segment> segments) {
    this.all = List.copyOf(segments);
    segments.forEach(segment -> this.segments.put(segment.id, segment));
    for (int from = 0; from < all.size(); from += AT_ONCE) {
      all.subList(from, Math.min(all.size(), from + AT_ONCE)).parallelStream()
          .map(Scan::new)
          .forEachOrdered(this::add);
    }
  }

  /** Where the records of one segment are. */
  private static final class Scan {
    final Segment segment;
    long[] revisions = new long[1 << 10];
    int[] offsets = new int[1 << 10];
    int count;

    /** Where the last whole record ends. */
    int end;

    boolean whole = true;

    Scan(Segment segment) {
      this.segment = segment;
      ReadAheadBuffer window = ReadAheadBuffer.acquire(segment);
      int length = 0;
      try {
        while (segment.end - end >= SpoolRecord.FIXED) {
          int ahead = length < ReadAheadBuffer.BYTES / 8 ? ReadAheadBuffer.BYTES : AHEAD;
          ByteBuffer header = window.header(segment, end, ahead, true);
          if (header == null) {
            break;
          }
          length = SpoolRecord.headerLength(header) + SpoolRecord.formLength(header);
          if (length < SpoolRecord.FIXED || length > segment.end - end) {
            break; // The process was killed while it wrote this.
          }
          if (count == offsets.length) {
            revisions = Arrays.copyOf(revisions, 2 * count);
            offsets = Arrays.copyOf(offsets, 2 * count);
          }
          revisions[count] = SpoolRecord.revision(header);
          offsets[count++] = end;
          end += length;
        }
      } catch (IOException e) {
        LOG.log(Level.WARNING, "What follows is no record: {0}, {1}: {2}", segment.path, end, e);
        whole = false;
      } finally {
        window.release();
      }
    }
  }

  private void add(Scan scan) {
    whole &= scan.whole;
    for (int i = 0; i < scan.count; i++) {
      if (count == MOST) {
        whole = false;
        break;
      }
      add(scan.revisions[i], Place.of(scan.segment.id, scan.offsets[i]));
    }
    scan.segment.unused(scan.end);
  }

  private void add(long revision, long place) {
    if (2 * count >= places.length) {
      long[] oldRevisions = revisions;
      long[] oldPlaces = places;
      revisions = new long[2 * oldPlaces.length];
      places = new long[2 * oldPlaces.length];
      for (int i = 0; i < oldPlaces.length; i++) {
        if (oldPlaces[i] != Place.NONE) {
          enter(oldRevisions[i], oldPlaces[i]);
        }
      }
    }
    enter(revision, place);
    count++;
    newest = Math.max(newest, revision);
  }

  private void enter(long revision, long place) {
    int slot = slot(revision);
    while (places[slot] != Place.NONE) {
      slot = (slot + 1) & (places.length - 1);
    }
    revisions[slot] = revision;
    places[slot] = place;
  }

  private int slot(long revision) {
    return (int) (revision * 0x9E37_79B9_7F4A_7C15L >>> 32) & (places.length - 1);
  }

  int count() {
    return count;
  }

  /** The highest revision of a record. */
  long newest() {
    return newest;
  }

  /** Whether all records are known that the files have, but for one that was not finished. */
  boolean isWhole() {
    return whole;
  }

  List<Segment> segments() {
    return all;
  }

  /** The version of an object that a revision wrote, or null if it is not here. */
  @Nullable Entry find(Table table, byte[] key, long revision) {
    try {
      for (int slot = slot(revision);
          places[slot] != Place.NONE;
          slot = (slot + 1) & (places.length - 1)) {
        if (revisions[slot] == revision) {
          Entry entry = read(table, key, places[slot]);
          if (entry != null) {
            return entry;
          }
        }
      }
    } catch (IOException e) {
      LOG.log(Level.WARNING, "The records of an earlier process cannot be read: " + e);
      forget();
    }
    return null;
  }

  private @Nullable Entry read(Table table, byte[] key, long place) throws IOException {
    return header(
        place,
        (header, segment, offset) ->
            SpoolRecord.isOf(header, table.tag, key)
                ? SpoolRecord.decode(header, segment, offset, table.fieldNames)
                : null);
  }

  /** What is made of a record's header. */
  private interface Made<T> {
    @Nullable T of(ByteBuffer header, Segment segment, int offset) throws IOException;
  }

  private <T> @Nullable T header(long place, Made<T> made) throws IOException {
    Segment segment = segments.get(Place.segment(place));
    if (segment == null) {
      return null;
    }
    int offset = Place.offset(place);
    ReadAheadBuffer window = ReadAheadBuffer.acquire(segment);
    try {
      ByteBuffer header = window.header(segment, offset, AHEAD, true);
      return header == null ? null : made.of(header, segment, offset);
    } finally {
      window.release();
    }
  }

  /**
   * A record.
   *
   * @param tag of its resource
   */
  record Kept(long revision, int tag, long place) {}

  /** The records of the revisions above the first and up to the last, in any order. */
  List<Kept> between(long first, long last) throws IOException {
    List<Kept> between = new ArrayList<>();
    for (int i = 0; i < places.length; i++) {
      if (places[i] != Place.NONE && revisions[i] > first && revisions[i] <= last) {
        long place = places[i];
        long revision = revisions[i];
        Kept kept =
            header(place, (header, _, _) -> new Kept(revision, SpoolRecord.tag(header), place));
        if (kept != null) {
          between.add(kept);
        }
      }
    }
    return between;
  }

  /** The version at a place, which is of the table. */
  @Nullable Entry at(long place, Table table) throws IOException {
    return header(
        place,
        (header, segment, offset) -> SpoolRecord.decode(header, segment, offset, table.fieldNames));
  }

  /** From now on nothing is found. */
  void forget() {
    whole = false;
    count = 0;
    Arrays.fill(places, Place.NONE);
  }

  /** Undoes a build that failed: no record is used. Called under the cache's lock. */
  void release() {
    for (Segment segment : all) {
      segment.unused(segment.end);
    }
  }

  /** The segments of which no record is used. Called under the cache's lock. */
  List<Segment> unused() {
    List<Segment> unused = new ArrayList<>();
    for (Segment segment : all) {
      if (segment.dead >= segment.end) {
        unused.add(segment);
      }
    }
    return unused;
  }
}
