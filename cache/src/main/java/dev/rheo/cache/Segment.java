package dev.rheo.cache;

import java.io.IOException;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * One file of the spool. Entries refer to their segment directly. After the file is unlinked, the
 * descriptor is closed and the disk space freed once no entry refers to the segment any more: the
 * garbage collector tracks the references.
 */
final class Segment extends AppendOnlyFile {
  /** Unit in which recently written bytes are kept on the heap. */
  static final int BLOCK = 64 << 10;

  private static final Cleaner CLEANER = Cleaner.create();

  final Path path;
  private final SpoolFile file;
  private final OnDisk onDisk;

  /**
   * The recently written bytes, read without a lock. A reader sees either a block, filled before
   * the entry was published, or null, in which case the bytes are in the file.
   */
  final byte[] @Nullable [] blocks;

  /** Bytes appended. This and the fields below are changed under the cache's lock only. */
  volatile int end;

  /** Bytes written to the file. */
  int written;

  /** Bytes of records to which neither the index nor the history refers any more. */
  long dead;

  /** From here on, all bytes were counted as dead when the segment was abandoned as the head. */
  int abandoned = Integer.MAX_VALUE;

  Segment(Path path, SpoolFile file, int capacity, LongAdder openBytes) {
    this.path = path;
    this.file = file;
    this.blocks = new byte[(int) (((long) capacity + BLOCK - 1) / BLOCK)][];
    this.onDisk = new OnDisk(file, openBytes);
    CLEANER.register(this, onDisk);
  }

  /** A segment that another process wrote. Its records count as dead until they are used. */
  static Segment kept(Path path, SpoolFile file, int bytes, LongAdder openBytes) {
    Segment segment = new Segment(path, file, bytes, openBytes);
    segment.written = bytes;
    segment.onDisk.grew(bytes);
    segment.unused(bytes);
    return segment;
  }

  /** Ends the segment here, with nothing in it that is used. */
  void unused(int bytes) {
    end = bytes;
    dead = bytes;
  }

  int capacity() {
    return blocks.length * BLOCK;
  }

  @Override
  int end() {
    return end;
  }

  /** Like {@link SpoolFile#read}, but from the heap if the bytes are there. */
  @Override
  int read(ByteBuffer dst, int position, boolean mayBlock) throws IOException {
    int copied = readHot(dst, position);
    if (copied > 0 || !dst.hasRemaining()) {
      return copied;
    }
    try {
      return file.read(dst, position, mayBlock);
    } finally {
      // Until then the descriptor must not be closed and its number not reused for another file.
      Reference.reachabilityFence(this);
    }
  }

  @Override
  int readHot(ByteBuffer dst, int position) {
    int copied = 0;
    int limit = end;
    while (dst.hasRemaining() && position + copied < limit) {
      int at = position + copied;
      byte[] block = blocks[at / BLOCK];
      if (block == null) {
        break;
      }
      int from = at % BLOCK;
      int count = Math.min(dst.remaining(), Math.min(BLOCK - from, limit - at));
      dst.put(block, from, count);
      copied += count;
    }
    return copied;
  }

  @Override
  boolean isHot(int position) {
    return position < end && blocks[position / BLOCK] != null;
  }

  void write(ByteBuffer src, int position) throws IOException {
    int count = src.remaining();
    file.write(src, position);
    onDisk.grew(count);
  }

  private static final class OnDisk implements Runnable {
    private final SpoolFile file;
    private final LongAdder openBytes;
    private final LongAdder bytes = new LongAdder();

    OnDisk(SpoolFile file, LongAdder openBytes) {
      this.file = file;
      this.openBytes = openBytes;
    }

    void grew(int count) {
      bytes.add(count);
      openBytes.add(count);
    }

    @Override
    public void run() {
      file.close();
      openBytes.add(-bytes.sum());
    }
  }
}
