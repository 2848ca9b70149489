package dev.rheo.cache;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a later process needs besides the spool's records to know the history: of which revisions it
 * is whole, and the deletions, which leave no record.
 *
 * <pre>
 *    0 magic (8)     8 floor (8)    16 applied (8)
 *   24 deletions: revision (8), tag of the resource (4), bytes of the key (4), key
 *      segments: -1 if it begins or -2 if it ends (8), 0 (4), bytes of the name (4), name
 * </pre>
 *
 * <p>All changes of revisions above the floor, up to the applied one, are in the records and here.
 * The floor is raised before a record of such a change may be removed, and the applied revision
 * when all of its changes are written. Both are written in place, which a process that is killed
 * does or does not.
 *
 * <p>Used under the cache's lock, but for {@link #read}.
 */
final class KeptHistory {
  private static final System.Logger LOG = System.getLogger(KeptHistory.class.getName());

  /** The floor while there is no whole history. */
  static final long NONE = Long.MAX_VALUE;

  private static final String PREFIX = "history-";
  private static final long MAGIC = 0x5248_454F_4849_0001L;
  private static final int FLOOR = 8;
  private static final int APPLIED = 16;
  private static final int HEADER = 24;
  private static final int FIXED = 16;
  private static final long BEGINS = -1;
  private static final long ENDS = -2;

  /** Bytes from which on deletions up to the floor are dropped. */
  private static final int LARGE = 4 << 20;

  private final Path directory;
  private final SpoolFile.Factory files;
  private final int large;
  private Path path;
  private @Nullable SpoolFile file;
  private ByteBuffer pending = ByteBuffer.allocateDirect(4096);
  private final ByteBuffer number = ByteBuffer.allocateDirect(8);
  private long floor = NONE;

  /** The floor is at least this one. */
  private long least;

  private int end = HEADER;
  private int limit;

  /** A deletion that an earlier process saw. */
  record Deletion(long revision, int tag, byte[] key) {}

  /**
   * What an earlier process left.
   *
   * @param floor {@link #NONE} if there is no whole history
   * @param segments names of the files without which it is not whole
   */
  record Left(long floor, long applied, List<Deletion> deletions, Set<String> segments) {
    static final Left NOTHING = new Left(NONE, 0, List.of(), Set.of());
  }

  /** Begins a file in which nothing is whole yet. */
  KeptHistory(Path directory, SpoolFile.Factory files) throws IOException {
    this(directory, files, LARGE);
  }

  KeptHistory(Path directory, SpoolFile.Factory files, int large) throws IOException {
    this(directory, files, directory.resolve(AppendOnlyFile.name(PREFIX)), large);
    this.file = begun(path, NONE, 0);
  }

  private KeptHistory(Path directory, SpoolFile.Factory files, Path path, int large) {
    this.directory = directory;
    this.files = files;
    this.path = path;
    this.large = large;
    this.limit = large;
  }

  /** Tells a later process nothing. */
  static KeptHistory none(Path directory) {
    return new KeptHistory(directory, ChannelFile.FACTORY, directory, LARGE);
  }

  static boolean isNamed(Path path) {
    return path.getFileName().toString().startsWith(PREFIX);
  }

  /** Reads such a file; what cannot be read is no history. */
  static Left read(Path path) {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(path));
      if (bytes.remaining() < HEADER || bytes.getLong() != MAGIC) {
        return Left.NOTHING;
      }
      long floor = bytes.getLong();
      long applied = bytes.getLong();
      List<Deletion> deletions = new ArrayList<>();
      Set<String> segments = new HashSet<>();
      while (bytes.remaining() >= FIXED) {
        long revision = bytes.getLong();
        int tag = bytes.getInt();
        int length = bytes.getInt();
        if (length < 0 || length > bytes.remaining()) {
          break;
        }
        byte[] key = new byte[length];
        bytes.get(key);
        if (revision == BEGINS) {
          segments.add(new String(key, StandardCharsets.UTF_8));
        } else if (revision == ENDS) {
          segments.remove(new String(key, StandardCharsets.UTF_8));
        } else if (revision > floor && revision <= applied) {
          deletions.add(new Deletion(revision, tag, key));
        }
      }
      return new Left(floor, applied, deletions, segments);
    } catch (IOException e) {
      return Left.NOTHING;
    }
  }

  private SpoolFile begun(Path path, long floor, long applied) throws IOException {
    SpoolFile begun = files.create(path);
    ByteBuffer header = ByteBuffer.allocateDirect(HEADER);
    header.putLong(MAGIC).putLong(floor).putLong(applied).flip();
    begun.write(header, 0);
    return begun;
  }

  /** Adds a deletion, which {@link #flush} writes. */
  void deleted(long revision, int tag, byte[] key) {
    if (file == null) {
      return;
    }
    int bytes = FIXED + key.length;
    if (pending.remaining() < bytes) {
      ByteBuffer larger =
          ByteBuffer.allocateDirect(Math.max(2 * pending.capacity(), pending.position() + bytes));
      pending = larger.put(pending.flip());
    }
    pending.putLong(revision).putInt(tag).putInt(key.length).put(key);
  }

  /** Adds that a segment is begun, which {@link #flush} writes. */
  void begun(Segment segment) {
    deleted(BEGINS, 0, name(segment));
  }

  /** A segment is to be removed, of which nothing is needed any more. */
  void ended(Segment segment) {
    deleted(ENDS, 0, name(segment));
    flushOrGiveUp();
  }

  private static byte[] name(Segment segment) {
    return segment.path.getFileName().toString().getBytes(StandardCharsets.UTF_8);
  }

  private void flushOrGiveUp() {
    try {
      flush();
    } catch (IOException e) {
      giveUp(e);
    }
  }

  void flush() throws IOException {
    SpoolFile to = file;
    if (to != null && pending.position() > 0) {
      int count = pending.position();
      to.write(pending.duplicate().flip(), end);
      end += count;
      pending.clear();
    }
  }

  /** Forgets the deletions that {@link #flush} has not written. */
  void rollback() {
    pending.clear();
  }

  /**
   * There is a whole history from here on.
   *
   * @param segments those that hold it
   */
  void begin(long newFloor, long applied, Collection<Segment> segments) {
    pending.clear();
    segments.forEach(this::begun);
    flushOrGiveUp();
    put(APPLIED, applied);
    floor = Math.max(least, newFloor);
    put(FLOOR, floor);
  }

  /** There is no whole history until {@link #begin}, and it may be another one. */
  void restart() {
    if (file == null) {
      return;
    }
    try {
      next(0);
      floor = NONE;
      least = 0;
      limit = large;
    } catch (IOException e) {
      giveUp(e);
    }
  }

  /** Goes on in another file, in which nothing is whole yet. */
  private void next(long applied) throws IOException {
    SpoolFile old = file;
    Files.delete(path);
    if (old != null) {
      old.close();
    }
    file = null;
    path = directory.resolve(AppendOnlyFile.name(PREFIX));
    file = begun(path, NONE, applied);
    end = HEADER;
    pending.clear();
  }

  /** The history up to this revision is not whole, or will not be. */
  void raise(long newFloor) {
    least = Math.max(least, newFloor);
    if (least > floor) {
      floor = least;
      put(FLOOR, floor);
    }
  }

  /** All changes up to this revision are written. */
  void applied(long revision) {
    if (floor == NONE) {
      return;
    }
    put(APPLIED, revision);
    if (file != null && end > limit) {
      shorten();
    }
  }

  private void put(int position, long value) {
    SpoolFile to = file;
    if (to == null) {
      return;
    }
    try {
      to.write(number.clear().putLong(value).flip(), position);
    } catch (IOException e) {
      giveUp(e);
    }
  }

  private void giveUp(IOException why) {
    LOG.log(Level.WARNING, "No history is left to a later process: " + why);
    SpoolFile old = file;
    file = null;
    floor = NONE;
    if (old != null) {
      old.close();
    }
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      LOG.log(Level.ERROR, "Cannot delete " + path + ": delete it before the next start", e);
    }
  }

  /** Drops the deletions up to the floor. */
  private void shorten() {
    try {
      Left left = read(path);
      next(left.applied());
      left.segments().forEach(name -> deleted(BEGINS, 0, name.getBytes(StandardCharsets.UTF_8)));
      left.deletions().forEach(one -> deleted(one.revision(), one.tag(), one.key()));
      flush();
      limit = Math.max(large, 2 * end);
      put(FLOOR, floor);
    } catch (IOException e) {
      giveUp(e);
    }
  }
}
