package dev.rheo.cache;

import dev.rheo.codec.io.Meter;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the forms of entries. Holds no bytes, only where it read last: one for each response body.
 * Used by one thread at a time.
 */
public final class FormReader {
  /** What {@link #read} answers when the bytes are on the disk only. */
  public static final int NOT_IN_MEMORY = -1;

  /** What {@link #read(Form, int, int, ByteBuffer)} answers when the form was given up. */
  public static final int GONE = -2;

  /** How often in a row a form may be gone before it could be read. */
  private static final int PATIENCE = 64;

  /**
   * After so many loads in a row that brought nothing the disk is waited for: memory is so short
   * that what was loaded is displaced at once, and the reader has to come forward.
   */
  static final int PATIENT_LOADS = 4;

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

  private int gone;

  /** Loads in a row after which the bytes still were not at hand. */
  private volatile int loads;

  private volatile boolean loading;
  private volatile Loaders.Pending pending = Loaders.Pending.NONE;
  private volatile @Nullable Throwable failure;

  public FormReader(WatchCache cache) {
    this.cache = cache;
  }

  /** A reader of the same cache with a position of its own. */
  public FormReader another() {
    return new FormReader(cache);
  }

  /**
   * Copies bytes of the entry's form into {@code dst}, as many as are at hand. Never blocks on the
   * disk, unless {@value #PATIENT_LOADS} calls of {@link #load} in a row brought nothing.
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
    Segment of = entry.segment;
    try {
      return read(of, entry.offset, entry.length(), from, atMost, dst);
    } catch (IOException e) {
      cache.spoolFailed(of, e);
      throw e;
    }
  }

  /**
   * As {@link #read(Entry, int, int, ByteBuffer)}, of a derived form.
   *
   * @return also {@link #GONE}: the form was given up, is to be made again, and then goes on where
   *     it stopped
   */
  public int read(Form form, int from, int atMost, ByteBuffer dst) throws IOException {
    try {
      int read = read(form.file, form.offset, form.length(), from, atMost, dst);
      if (read > 0) {
        gone = 0;
      }
      return read;
    } catch (FormFile.GoneException e) {
      return gone(e);
    } catch (IOException e) {
      cache.forms().failed(form.file, e);
      return gone(e);
    }
  }

  private int gone(IOException e) throws IOException {
    if (++gone > PATIENCE) {
      throw new IOException("a form is given up again and again before it is read", e);
    }
    return GONE;
  }

  private int read(Readable of, int offset, int length, int from, int atMost, ByteBuffer dst)
      throws IOException {
    int count = Math.min(Math.min(atMost, dst.remaining()), length - from);
    if (count <= 0) {
      return 0;
    }
    int at = offset + from;
    boolean block = loads >= PATIENT_LOADS;
    // A block may go cold at any moment, and only a direct buffer can be read into then.
    int read =
        dst.isDirect() && of.isHot(at)
            ? direct(of, at, count, dst, block)
            : cold(of, at, count, dst, block);
    if (read > 0) {
      segment = of.id;
      position = at + read;
      if (loads != 0) {
        loads = 0;
      }
    }
    return read;
  }

  private int cold(Readable of, int at, int count, ByteBuffer dst, boolean block)
      throws IOException {
    Window window = Window.acquire(of);
    try {
      return window.covers(of, at)
          ? window.copy(at, count, dst)
          : fromFile(of, at, count, dst, block, window);
    } finally {
      window.release();
    }
  }

  private int fromFile(Readable of, int at, int count, ByteBuffer dst, boolean block, Window window)
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

  private static int direct(Readable of, int at, int count, ByteBuffer dst, boolean block)
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
    load(entry.segment, entry.offset + from, whenLoaded);
  }

  /** As {@link #load(Entry, int, Runnable)}, of a derived form. */
  public void load(Form form, int from, Runnable whenLoaded) {
    load(form.file, form.offset + from, whenLoaded);
  }

  private void load(Readable file, int at, Runnable whenLoaded) {
    if (loading) {
      return;
    }
    loading = true;
    pending =
        cache
            .loaders()
            .load(
                file,
                at,
                () -> {
                  loads = loads + 1;
                  loading = false;
                  whenLoaded.run();
                });
  }

  /**
   * The derived form of an entry, if it is there now.
   *
   * @param revision what it is to tell instead of the entry's own; 0 for its own
   * @throws IOException if the last {@link #make} failed: the body cannot be completed
   */
  public @Nullable Form form(FormKind kind, Entry entry, long revision) throws IOException {
    Throwable failed = failure;
    if (failed != null) {
      throw new IOException("no " + kind + " of " + entry, failed);
    }
    return cache.forms().find(Place.of(entry), kind, revision);
  }

  /**
   * Sees to it that a derived form is made, by another thread, then runs {@code whenMade} there,
   * also if that failed: the next {@link #form} tells. Whoever asks for a form that is being made
   * waits for the same one.
   *
   * @param ahead the entries whose own forms of the kind will be asked for next, or null; given
   *     away
   */
  public void make(
      FormKind kind, Entry entry, long revision, @Nullable EntryCursor ahead, Runnable whenMade) {
    if (loading) {
      return;
    }
    loading = true;
    pending =
        cache
            .makers()
            .make(
                kind,
                entry,
                revision,
                ahead,
                failed -> {
                  failure = failed;
                  loading = false;
                  whenMade.run();
                });
  }

  /**
   * Takes back what was asked for and is not begun: nobody waits for it any more, and the queue is
   * not to grow with readers that have left. The callback may be run nevertheless.
   */
  public void close() {
    pending.cancel();
  }

  /**
   * The whole form, charged to the thread's {@link Meter}. Waits for the disk: not for event loops.
   * A virtual thread parks and keeps no carrier.
   *
   * @throws RuntimeException if the meter refuses
   */
  public byte[] readFully(Entry entry) throws IOException {
    Meter.charge(entry.length());
    byte[] form = new byte[entry.length()];
    try {
      Window.readFully(entry.segment, entry.offset, ByteBuffer.wrap(form), cache.loaders());
      return form;
    } catch (IOException e) {
      cache.spoolFailed(entry.segment, e);
      throw e;
    }
  }
}
