package dev.rheo.cache;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The disposable files that hold the forms, as a sequence of records. Records are appended to the
 * newest segment, the head. An entry may be published only after {@link #flush} has written its
 * record to the file.
 *
 * <p>One writer at a time, under the cache's lock; any number of readers.
 */
final class Spool {
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
    this.files = files;
    this.unlinked = unlinked;
    this.segmentBytes = settings.segmentBytes();
    this.encrypted = settings.encrypted();
    this.hotBlocks = (int) Math.max(2, settings.hotBytes() / Segment.BLOCK);
  }

  /** Creates the directory if it is missing, and empties it. */
  void open() throws IOException {
    Files.createDirectories(directory);
    try (DirectoryStream<Path> old = Files.newDirectoryStream(directory)) {
      for (Path path : old) {
        Files.deleteIfExists(path);
      }
    }
    if (files == null) {
      files = SpoolFile.Factory.platform(directory, encrypted);
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
      Path path = directory.resolve(AppendOnlyFile.name("segment-"));
      SpoolFile.Factory factory = files;
      if (factory == null) {
        throw new IOException("the spool is not open");
      }
      SpoolFile file = factory.create(path);
      current = new Segment(path, file, Math.max(segmentBytes, length), openBytes);
      segments.put(current.id, current);
      head = current;
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
