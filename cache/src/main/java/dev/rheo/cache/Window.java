package dev.rheo.cache;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * A stretch of a file that a thread read ahead, so that small records which stand one after the
 * other cost one system call together. Two for each platform thread that reads, one of them for
 * derived forms, since rows of tables are read from both in turn; not for each reader: event loops
 * are few, readers are many.
 */
final class Window {
  /** How far it reads ahead. */
  static final int BYTES = 64 << 10;

  private static final ThreadLocal<Window> MINE = ThreadLocal.withInitial(Window::new);
  private static final ThreadLocal<Window> MINE_FOR_FORMS = ThreadLocal.withInitial(Window::new);

  /** For virtual threads, of which only as many read at once as there are carriers. */
  private static final ArrayBlockingQueue<Window> SPARE = new ArrayBlockingQueue<>(32);

  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BYTES);
  private int segment;
  private int from;
  private int to;

  /** The thread's own, or one that a virtual thread borrows until {@link #release}. */
  static Window acquire(Readable of) {
    if (!Thread.currentThread().isVirtual()) {
      return of instanceof FormFile ? MINE_FOR_FORMS.get() : MINE.get();
    }
    Window spare = SPARE.poll();
    return spare == null ? new Window() : spare;
  }

  void release() {
    if (Thread.currentThread().isVirtual()) {
      // One too many is left to the collector.
      boolean ignored = SPARE.offer(this);
    }
  }

  /**
   * Fills all of {@code dst}, waiting for the disk if need be.
   *
   * @param loaders wait in place of a virtual thread, which reads what is in memory itself
   */
  static void readFully(Readable of, int position, ByteBuffer dst, Loaders loaders)
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

  /** Reads from the position on until {@code dst} is full or it would block; returns how far. */
  private static int read(Readable of, int position, ByteBuffer dst, boolean mayBlock)
      throws IOException {
    int at = position;
    Window window = acquire(of);
    try {
      while (dst.hasRemaining() && window.fill(of, at, dst.remaining(), mayBlock)) {
        at += window.copy(at, dst.remaining(), dst);
      }
    } finally {
      window.release();
    }
    return at;
  }

  boolean covers(Readable of, int position) {
    return segment == of.id && position >= from && position < to;
  }

  /** One past the last byte that is at hand. */
  int end() {
    return to;
  }

  /**
   * Reads {@code bytes} from the position on, or fewer.
   *
   * @return false if that would block
   */
  boolean fill(Readable of, int position, int bytes, boolean mayBlock) throws IOException {
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

  /** Copies from the window what it has from {@code position}, at most {@code count} bytes. */
  int copy(int position, int count, ByteBuffer dst) {
    int n = Math.min(count, to - position);
    dst.put(dst.position(), buffer, position - from, n);
    dst.position(dst.position() + n);
    return n;
  }

  /**
   * The header of the record at {@code position}.
   *
   * @param ahead how much to read if it is not at hand
   * @return null if that would block
   */
  @Nullable ByteBuffer header(Readable of, int position, int ahead, boolean mayBlock)
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

  /** Reads on after what is at hand. */
  private boolean more(Readable of, boolean mayBlock) throws IOException {
    buffer.clear().position(to - from).limit(Math.min(BYTES, of.end() - from));
    int read = of.read(buffer, to, mayBlock);
    if (read <= 0) {
      return false;
    }
    to += read;
    return true;
  }

  private static @Nullable ByteBuffer large(Readable of, int position, int length, boolean mayBlock)
      throws IOException {
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
