package dev.rheo.cache;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Reads the forms of entries. Holds no bytes, only where it read last: one for each response body.
 * Used by one thread at a time.
 */
public final class FormReader {
  /** What {@link #read} answers when the bytes are on the disk only. */
  public static final int NOT_IN_MEMORY = -1;

  /** From this size on bytes go straight from the file into the destination. */
  private static final int LARGE = 16 << 10;

  /** Two records this close count as following one another. */
  private static final int GAP = 4 << 10;

  private final WatchCache cache;

  /** The segment and the position at which the last read ended. */
  private int segment;

  private int position;

  /** How far to read ahead: grows while what was read ahead is used. */
  private int ahead;

  /** Up to where it was read ahead last. */
  private int aheadTo;

  private volatile boolean mayBlock;
  private volatile boolean loading;

  public FormReader(WatchCache cache) {
    this.cache = cache;
  }

  /**
   * Copies bytes of the entry's form into {@code dst}, as many as are at hand. Never blocks on the
   * disk, but for the first call after {@link #load}, so that each load brings the reader forward.
   *
   * @param from offset in the form, 0 to {@code entry.length()}
   * @param atMost more than this is not copied
   * @param dst best a direct buffer; its position moves on
   * @return how many bytes were copied: at least 1 unless nothing was asked for or there is no
   *     room, at most {@code min(atMost, dst.remaining(), entry.length() - from)}; or {@link
   *     #NOT_IN_MEMORY}
   * @throws IOException if the disk failed: the body cannot be completed
   */
  public int read(Entry entry, int from, int atMost, ByteBuffer dst) throws IOException {
    int count = Math.min(Math.min(atMost, dst.remaining()), entry.length() - from);
    if (count <= 0) {
      return 0;
    }
    Segment of = entry.segment;
    int at = entry.offset + from;
    boolean block = mayBlock;
    mayBlock = false;
    try {
      // A block may go cold at any moment, and only a direct buffer can be read into then.
      int read =
          dst.isDirect() && of.isHot(at)
              ? direct(of, at, count, dst, block)
              : cold(of, at, count, dst, block);
      if (read > 0) {
        segment = of.id;
        position = at + read;
      }
      return read;
    } catch (IOException e) {
      cache.spoolFailed(of, e);
      throw e;
    }
  }

  private int cold(Segment of, int at, int count, ByteBuffer dst, boolean block)
      throws IOException {
    Window window = Window.acquire();
    try {
      return window.covers(of, at)
          ? window.copy(at, count, dst)
          : fromFile(of, at, count, dst, block, window);
    } finally {
      window.release();
    }
  }

  private int fromFile(Segment of, int at, int count, ByteBuffer dst, boolean block, Window window)
      throws IOException {
    if (count >= LARGE && dst.isDirect()) {
      ahead = 0;
      return direct(of, at, count, dst, block);
    }
    boolean follows = segment == of.id && at >= position && at - position <= GAP;
    // What was read ahead and is not at hand was displaced by another reader of this thread.
    boolean displaced = at < aheadTo;
    ahead = follows && !displaced ? Math.min(Window.BYTES, Math.max(2 * ahead, GAP)) : 0;
    aheadTo = 0;
    if (ahead <= count && dst.isDirect()) {
      return direct(of, at, count, dst, block);
    }
    if (!window.fill(of, at, Math.max(ahead, count), block)) {
      return NOT_IN_MEMORY;
    }
    aheadTo = window.end();
    return window.copy(at, count, dst);
  }

  private static int direct(Segment of, int at, int count, ByteBuffer dst, boolean block)
      throws IOException {
    int limit = dst.limit();
    dst.limit(dst.position() + count);
    try {
      return of.read(dst, at, block);
    } finally {
      dst.limit(limit);
    }
  }

  /**
   * Brings the bytes from {@code from} on into memory on another thread, then runs {@code
   * whenLoaded} there, also if reading failed: the next {@link #read} tells. While a load is under
   * way another one is not begun: the callback of the first one tells of its end.
   */
  public void load(Entry entry, int from, Runnable whenLoaded) {
    if (loading) {
      return;
    }
    loading = true;
    cache
        .loaders()
        .load(
            entry.segment,
            entry.offset + from,
            () -> {
              mayBlock = true;
              loading = false;
              whenLoaded.run();
            });
  }

  /** The whole form. Blocks on the disk: not for event loops. */
  public byte[] readFully(Entry entry) throws IOException {
    byte[] form = new byte[entry.length()];
    try {
      Window.readFully(entry.segment, entry.offset, ByteBuffer.wrap(form));
      return form;
    } catch (IOException e) {
      cache.spoolFailed(entry.segment, e);
      throw e;
    }
  }
}
