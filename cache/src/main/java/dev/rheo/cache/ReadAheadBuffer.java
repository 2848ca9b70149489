package dev.rheo.cache;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * A part of a file that a thread has read ahead, so that consecutive small records share one system
 * call. Each platform thread that reads has two, one of them for derived forms, because table rows
 * are read from both in turn. Windows belong to threads, not to readers: event loops are few,
 * readers are many.
 */
final class ReadAheadBuffer {
  /** Most bytes that a window holds. */
  static final int BYTES = 64 << 10;

  private static final ThreadLocal<ReadAheadBuffer> MINE =
      ThreadLocal.withInitial(ReadAheadBuffer::new);
  private static final ThreadLocal<ReadAheadBuffer> MINE_FOR_FORMS =
      ThreadLocal.withInitial(ReadAheadBuffer::new);

  /** For virtual threads. No more of them read at once than there are carrier threads. */
  private static final ArrayBlockingQueue<ReadAheadBuffer> SPARE = new ArrayBlockingQueue<>(32);

  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BYTES);
  private int segment;
  private int from;
  private int to;

  /** The platform thread's own, or one that a virtual thread borrows until {@link #release}. */
  static ReadAheadBuffer acquire(AppendOnlyFile of) {
    if (!Thread.currentThread().isVirtual()) {
      return of instanceof FormFile ? MINE_FOR_FORMS.get() : MINE.get();
    }
    ReadAheadBuffer spare = SPARE.poll();
    return spare == null ? new ReadAheadBuffer() : spare;
  }

  void release() {
    if (Thread.currentThread().isVirtual()) {
      // A surplus one is left to the garbage collector.
      boolean ignored = SPARE.offer(this);
    }
  }

  /**
   * Fills all of {@code dst}, waiting for the disk if necessary.
   *
   * @param loaders wait on behalf of a virtual thread, which itself reads only what is in memory
   */
  static void readFully(AppendOnlyFile of, int position, ByteBuffer dst, Loaders loaders)
      throws IOException {
    int at = position + of.readHot(dst, position);
    if (dst.hasRemaining() && Thread.currentThread().isVirtual()) {
      at = read(of, at, dst, false);
    }
    if (dst.hasRemaining()) {
      int rest = at;
      int ignored = loaders.call(() -> read(of, rest, dst, true));
    }
  }

  /**
   * Reads from the position on until {@code dst} is full or reading would block.
   *
   * @return the position reached
   */
  private static int read(AppendOnlyFile of, int position, ByteBuffer dst, boolean mayBlock)
      throws IOException {
    int at = position;
    ReadAheadBuffer window = acquire(of);
    try {
      while (dst.hasRemaining() && window.fill(of, at, dst.remaining(), mayBlock)) {
        at += window.copy(at, dst.remaining(), dst);
      }
    } finally {
      window.release();
    }
    return at;
  }

  boolean covers(AppendOnlyFile of, int position) {
    return segment == of.id && position >= from && position < to;
  }

  /** One past the last byte in the window. */
  int end() {
    return to;
  }

  /**
   * Fills the window from the position on with at most {@code bytes} bytes.
   *
   * @return false if that would block
   */
  boolean fill(AppendOnlyFile of, int position, int bytes, boolean mayBlock) throws IOException {
    segment = 0;
    buffer.clear().limit(Math.min(BYTES, Math.min(bytes, of.end() - position)));
    int read = of.read(buffer, position, mayBlock);
    if (read == SpoolFile.WOULD_BLOCK) {
      return false;
    }
    segment = of.id;
    from = position;
    to = position + read;
    return true;
  }

  /** Copies at most {@code count} bytes of the window, from {@code position} on. */
  int copy(int position, int count, ByteBuffer dst) {
    int n = Math.min(count, to - position);
    dst.put(dst.position(), buffer, position - from, n);
    dst.position(dst.position() + n);
    return n;
  }

  /**
   * The header of the record at {@code position}.
   *
   * @param ahead bytes to read if the header is not in the window
   * @return null if that would block
   */
  @Nullable ByteBuffer header(AppendOnlyFile of, int position, int ahead, boolean mayBlock)
      throws IOException {
    if (!covers(of, position) || to - position < SpoolRecord.FIXED) {
      if (!fill(of, position, ahead, mayBlock)) {
        return null;
      }
      while (to - position < SpoolRecord.FIXED) {
        if (!more(of, mayBlock)) {
          return null;
        }
      }
    }
    int length = SpoolRecord.headerLength(view(position));
    if (length <= to - position) {
      return view(position);
    }
    if (length <= BYTES && from == position) {
      while (to - position < length) {
        if (!more(of, mayBlock)) {
          return null;
        }
      }
      return view(position);
    }
    if (length <= BYTES) {
      return fill(of, position, BYTES, mayBlock) ? header(of, position, ahead, mayBlock) : null;
    }
    return large(of, position, length, mayBlock);
  }

  private ByteBuffer view(int position) {
    return buffer.duplicate().clear().position(position - from);
  }

  /**
   * Extends the window by reading on from its end.
   *
   * @return false if that would block
   */
  private boolean more(AppendOnlyFile of, boolean mayBlock) throws IOException {
    buffer.clear().position(to - from).limit(Math.min(BYTES, of.end() - from));
    int read = of.read(buffer, to, mayBlock);
    if (read <= 0) {
      return false;
    }
    to += read;
    return true;
  }

  private static @Nullable ByteBuffer large(
      AppendOnlyFile of, int position, int length, boolean mayBlock) throws IOException {
    ByteBuffer header = ByteBuffer.allocateDirect(length);
    while (header.hasRemaining()) {
      int read = of.read(header, position + header.position(), mayBlock);
      if (read == SpoolFile.WOULD_BLOCK) {
        return null;
      }
    }
    return header.flip();
  }
}
