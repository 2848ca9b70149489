package dev.rheo.cache;

import java.io.IOException;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * One file of the spool. Entries refer to their segment directly; once its file is unlinked, the
 * descriptor, and with it the disk space, goes when no entry refers to it any more: the garbage
 * collector counts the references.
 */
final class Segment extends Readable {
  /** Unit in which recently written bytes are kept on the heap. */
  static final int BLOCK = 64 << 10;

  private static final Cleaner CLEANER = Cleaner.create();

  final Path path;
  private final SpoolFile file;
  private final OnDisk onDisk;

  /**
   * The recently written bytes. Read without a lock: a reader sees either a block, whose bytes were
   * there before the entry was published, or null, and then they are in the file.
   */
  final byte[] @Nullable [] blocks;

  /** Bytes appended. The rest of the fields belong to the spool's writer. */
  volatile int end;

  /** Bytes that are in the file. */
  int written;

  /** Bytes of records that nothing in the index or the history refers to any more. */
  long dead;

  Segment(Path path, SpoolFile file, int capacity, LongAdder openBytes) {
    this.path = path;
    this.file = file;
    this.blocks = new byte[(int) (((long) capacity + BLOCK - 1) / BLOCK)][];
    this.onDisk = new OnDisk(file, openBytes);
    CLEANER.register(this, onDisk);
  }

  int capacity() {
    return blocks.length * BLOCK;
  }

  @Override
  int end() {
    return end;
  }

  /** As {@link SpoolFile#read}, from the heap if the bytes are there. */
  @Override
  int read(ByteBuffer dst, int position, boolean mayBlock) throws IOException {
    int copied = readHot(dst, position);
    if (copied > 0 || !dst.hasRemaining()) {
      return copied;
    }
    try {
      return file.read(dst, position, mayBlock);
    } finally {
      // The descriptor must not be closed, and its number not be given to another file, meanwhile.
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
