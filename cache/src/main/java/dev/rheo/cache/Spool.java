package dev.rheo.cache;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The disposable files that hold the forms, as a sequence of records. A later process may use them
 * if it finds that they mean the same to it. Records are appended to the newest segment, the head.
 * An entry may be published only after {@link #flush} has written its record to the file.
 *
 * <p>One writer at a time, under the cache's lock; any number of readers.
 */
final class Spool {
  private static final String SEGMENT = "segment-";

  /** Bytes of the largest file that is used again: offsets are ints. */
  private static final int MOST_KEPT = Integer.MAX_VALUE - Segment.BLOCK;

  /** The file that says what the records mean. */
  private static final String MARK = "mark";

  private final Path directory;
  private SpoolFile.@Nullable Factory files;
  private final int segmentBytes;
  private final int hotBlocks;
  private final boolean encrypted;
  private final IntConsumer unlinked;
  private final ConcurrentHashMap<Integer, Segment> segments = new ConcurrentHashMap<>();
  private final LongAdder openBytes = new LongAdder();
  private final ArrayDeque<HotBlock> hot = new ArrayDeque<>();
  private final ByteBuffer writeBuffer = ByteBuffer.allocateDirect(256 << 10);

  private @Nullable Segment head;

  /** Whether a later process is to use the files. */
  private boolean kept;

  private KeptHistory history;

  private record HotBlock(Segment segment, int index) {}

  /**
   * @param files null for the platform's default
   * @param unlinked told the id of each segment that is unlinked
   */
  Spool(
      Path directory,
      SpoolFile.@Nullable Factory files,
      CacheSettings settings,
      IntConsumer unlinked) {
    this.directory = directory;
    this.history = KeptHistory.none(directory);
    this.files = files;
    this.unlinked = unlinked;
    this.segmentBytes = settings.segmentBytes();
    this.encrypted = settings.encrypted();
    this.hotBlocks = (int) Math.max(2, settings.hotBytes() / Segment.BLOCK);
  }

  /**
   * Creates the directory if it is missing, and empties it of all that a process left whose records
   * meant something else.
   *
   * @param mark says what the records mean; empty if they are to be of no use to a later process
   * @return what is left
   */
  Left open(String mark) throws IOException {
    Files.createDirectories(directory);
    kept = !mark.isEmpty();
    boolean same = kept && mark.equals(readMark());
    List<Path> left = new ArrayList<>();
    List<KeptHistory.Left> histories = new ArrayList<>();
    try (DirectoryStream<Path> old = Files.newDirectoryStream(directory)) {
      for (Path path : old) {
        String name = path.getFileName().toString();
        if (same && name.startsWith(SEGMENT)) {
          left.add(path);
        } else if (!same || !name.equals(MARK)) {
          if (same && KeptHistory.isNamed(path)) {
            histories.add(KeptHistory.read(path));
          }
          Files.deleteIfExists(path);
        }
      }
    }
    SpoolFile.Factory factory = files;
    if (factory == null) {
      factory = SpoolFile.Factory.platform(directory, encrypted);
      files = factory;
    }
    if (kept && !same) {
      Files.writeString(directory.resolve(MARK), mark);
    }
    if (kept) {
      history = new KeptHistory(directory, factory);
    }
    List<Segment> opened = openLeft(factory, left);
    return new Left(
        opened,
        histories.size() == 1 && names(opened).containsAll(histories.getFirst().segments())
            ? histories.getFirst()
            : KeptHistory.Left.NOTHING);
  }

  /**
   * What an earlier process left.
   *
   * @param segments the newest first
   */
  record Left(List<Segment> segments, KeptHistory.Left history) {}

  /** What a later process is to know of the history. */
  KeptHistory history() {
    return history;
  }

  private static Set<String> names(List<Segment> segments) {
    Set<String> names = new HashSet<>();
    segments.forEach(segment -> names.add(segment.path.getFileName().toString()));
    return names;
  }

  private @Nullable String readMark() {
    try {
      return Files.readString(directory.resolve(MARK));
    } catch (IOException e) {
      return null;
    }
  }

  private List<Segment> openLeft(SpoolFile.Factory factory, List<Path> paths) throws IOException {
    List<Segment> opened = new ArrayList<>();
    for (Path path : newestFirst(paths)) {
      long bytes = Files.size(path);
      SpoolFile file = bytes > MOST_KEPT ? null : opened(factory, path);
      if (file == null) {
        Files.deleteIfExists(path);
        continue;
      }
      Segment segment = Segment.kept(path, file, (int) bytes, openBytes);
      segments.put(segment.id, segment);
      opened.add(segment);
    }
    return opened;
  }

  /** Null if the file cannot be opened: what is in it is then fetched from the store. */
  private static @Nullable SpoolFile opened(SpoolFile.Factory factory, Path path) {
    try {
      return factory.open(path);
    } catch (IOException e) {
      System.getLogger(Spool.class.getName())
          .log(System.Logger.Level.WARNING, "Not used: {0}: {1}", path, e.getMessage());
      return null;
    }
  }

  private static List<Path> newestFirst(List<Path> paths) throws IOException {
    Map<Path, FileTime> times = new HashMap<>();
    for (Path path : paths) {
      times.put(path, Files.getLastModifiedTime(path));
    }
    return paths.stream().sorted(Comparator.comparing(times::get).reversed()).toList();
  }

  /** Ends the use of the files, which are deleted unless a later process is to use them. */
  void close() {
    if (!kept) {
      List.copyOf(segments.values()).forEach(this::unlink);
    }
  }

  /** The segment with this id; null once it is unlinked. */
  @Nullable Segment segment(int id) {
    return segments.get(id);
  }

  Collection<Segment> segments() {
    return segments.values();
  }

  /**
   * Begins a record of this many bytes, which the following {@link #append} calls must fill.
   *
   * @return the segment; the record begins at its {@code end}
   * @throws IOException if the head cannot be flushed or a new file cannot be created
   */
  Segment begin(int length) throws IOException {
    Segment current = head;
    if (current == null || (long) current.end + length > current.capacity()) {
      flush();
      Path path = directory.resolve(AppendOnlyFile.name(SEGMENT));
      SpoolFile.Factory factory = files;
      if (factory == null) {
        throw new IOException("the spool is not open");
      }
      SpoolFile file = factory.create(path);
      current = new Segment(path, file, Math.max(segmentBytes, length), openBytes);
      segments.put(current.id, current);
      head = current;
      history.begun(current);
    }
    return current;
  }

  void append(byte[] bytes, int from, int length) {
    Segment to = head();
    int copied = 0;
    int at = to.end;
    while (copied < length) {
      int index = at / Segment.BLOCK;
      byte[] block = to.blocks[index];
      if (block == null) {
        block = new byte[Segment.BLOCK];
        to.blocks[index] = block;
        hot.add(new HotBlock(to, index));
      }
      int offset = at % Segment.BLOCK;
      int count = Math.min(length - copied, Segment.BLOCK - offset);
      System.arraycopy(bytes, from + copied, block, offset, count);
      copied += count;
      at += count;
    }
    to.end = at;
  }

  private Segment head() {
    Segment current = head;
    if (current == null) {
      throw new IllegalStateException("no record was begun");
    }
    return current;
  }

  /** Counts a record as dead: nothing refers to it any more. */
  void dead(long place, int bytes) {
    Segment segment = segments.get(Place.segment(place));
    if (segment != null) {
      segment.dead += bytes;
    }
  }

  /** Writes the appended bytes to the file, and drops old hot blocks. */
  void flush() throws IOException {
    history.flush();
    Segment to = head;
    if (to == null) {
      return;
    }
    while (to.written < to.end) {
      writeBuffer.clear();
      writeBuffer.limit(Math.min(writeBuffer.capacity(), to.end - to.written));
      to.readHot(writeBuffer, to.written);
      writeBuffer.flip();
      int count = writeBuffer.remaining();
      to.write(writeBuffer, to.written);
      to.written += count;
    }
    while (hot.size() > hotBlocks) {
      HotBlock old = hot.remove();
      old.segment.blocks[old.index] = null;
    }
  }

  /**
   * Ends the head; its last {@code unpublished} bytes count as dead. A head with nothing else is
   * unlinked, so that failed attempts on a full disk leave nothing behind.
   */
  void abandonHead(long unpublished) {
    Segment old = head;
    if (old == null) {
      return;
    }
    head = null;
    if (old.end <= unpublished) {
      unlink(old);
      return;
    }
    old.dead += unpublished;
    old.abandoned = old.end - (int) unpublished;
    hot.removeIf(
        block -> block.segment == old && (long) block.index * Segment.BLOCK >= old.written);
  }

  boolean isHead(Segment segment) {
    return segment == head;
  }

  /** Unlinks the file; its bytes stay until nothing refers to the segment any more. */
  void unlink(Segment segment) {
    segments.remove(segment.id);
    hot.removeIf(block -> block.segment == segment);
    if (segment == head) {
      head = null;
    }
    unlinked.accept(segment.id);
    history.ended(segment);
    try {
      Files.deleteIfExists(segment.path);
    } catch (IOException e) {
      System.getLogger(Spool.class.getName())
          .log(System.Logger.Level.WARNING, "Cannot delete " + segment.path, e);
    }
  }

  /** Bytes of the files in use. */
  long linkedBytes() {
    long sum = 0;
    for (Segment segment : segments.values()) {
      sum += segment.end;
    }
    return sum;
  }

  /** Bytes on the disk, including unlinked files that are still open. */
  long openBytes() {
    return openBytes.sum();
  }

  long hotBytes() {
    return (long) hot.size() * Segment.BLOCK;
  }
}
