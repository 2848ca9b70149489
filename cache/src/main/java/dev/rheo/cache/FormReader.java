package dev.rheo.cache;

import dev.rheo.codec.io.Meter;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the forms of entries, one reader for each response body. It holds a position but no bytes.
 * Used by one thread at a time.
 */
public final class FormReader {
  /** Returned by {@link #read} when the bytes are on the disk only. */
  public static final int NOT_IN_MEMORY = -1;

  /** Returned by {@link #read(Form, int, int, ByteBuffer)} when the form was evicted. */
  public static final int GONE = -2;

  /** Most evictions in a row without a byte read in between. */
  private static final int PATIENCE = 64;

  /**
   * After this many loads in a row that brought nothing, the reader waits for the disk: memory is
   * so short that loaded pages are evicted at once, and the reader must make progress.
   */
  static final int PATIENT_LOADS = 4;

  /** Reads of at least this size go straight from the file into the destination. */
  private static final int LARGE = 16 << 10;

  /** Records at most this far apart count as consecutive. */
  private static final int GAP = 4 << 10;

  private final WatchCache cache;

  /** Id of the file, and the position in it, at which the last read ended. */
  private int segment;

  private int position;

  /** Bytes to read ahead; grows while reads are consecutive and use what was read ahead. */
  private int ahead;

  /** Position up to which the last read-ahead went. */
  private int aheadTo;

  private int gone;

  /** Loads since the last successful read. */
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
   * Copies bytes of the entry's form into {@code dst}, as many as are in memory. Does not block on
   * the disk, unless {@value #PATIENT_LOADS} calls of {@link #load} in a row brought nothing.
   *
   * @param from offset in the form, 0 to {@code entry.length()}
   * @param atMost most bytes to copy
   * @param dst preferably a direct buffer; its position advances
   * @return bytes copied, from 1 to {@code min(atMost, dst.remaining(), entry.length() - from)}, or
   *     0 if that is 0; or {@link #NOT_IN_MEMORY}
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
   * Like {@link #read(Entry, int, int, ByteBuffer)}, for a derived form.
   *
   * @return also {@link #GONE}: the form was evicted; once made again, it is read on from the same
   *     offset
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

  private int read(AppendOnlyFile of, int offset, int length, int from, int atMost, ByteBuffer dst)
      throws IOException {
    int count = Math.min(Math.min(atMost, dst.remaining()), length - from);
    if (count <= 0) {
      return 0;
    }
    int at = offset + from;
    boolean block = loads >= PATIENT_LOADS;
    // A hot block may go cold at any moment; the file is then read, and only into direct buffers.
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

  private int cold(AppendOnlyFile of, int at, int count, ByteBuffer dst, boolean block)
      throws IOException {
    ReadAheadBuffer window = ReadAheadBuffer.acquire(of);
    try {
      return window.covers(of, at)
          ? window.copy(at, count, dst)
          : fromFile(of, at, count, dst, block, window);
    } finally {
      window.release();
    }
  }

  private int fromFile(
      AppendOnlyFile of, int at, int count, ByteBuffer dst, boolean block, ReadAheadBuffer window)
      throws IOException {
    if (count >= LARGE && dst.isDirect()) {
      ahead = 0;
      return direct(of, at, count, dst, block);
    }
    boolean follows = segment == of.id && at >= position && at - position <= GAP;
    // Another reader of this thread displaced what was read ahead.
    boolean displaced = at < aheadTo;
    ahead = follows && !displaced ? Math.min(ReadAheadBuffer.BYTES, Math.max(2 * ahead, GAP)) : 0;
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

  private static int direct(AppendOnlyFile of, int at, int count, ByteBuffer dst, boolean block)
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
   * Loads the bytes from {@code from} on into memory on another thread, then runs {@code
   * whenLoaded} there, even if reading failed: the next {@link #read} reports the failure. Does
   * nothing while a load or a {@link #make} is under way, whose callback then reports its end.
   */
  public void load(Entry entry, int from, Runnable whenLoaded) {
    load(entry.segment, entry.offset + from, whenLoaded);
  }

  /** Like {@link #load(Entry, int, Runnable)}, for a derived form. */
  public void load(Form form, int from, Runnable whenLoaded) {
    load(form.file, form.offset + from, whenLoaded);
  }

  private void load(AppendOnlyFile file, int at, Runnable whenLoaded) {
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
   * The derived form of an entry, or null if there is none now.
   *
   * @param revision the revision that the form carries instead of the entry's own; 0 for its own
   * @throws IOException if the last {@link #make} failed: the body cannot be completed
   * @throws NotCachedException if it failed because the kind is released
   */
  public @Nullable Form form(FormKind kind, Entry entry, long revision) throws IOException {
    Throwable failed = failure;
    if (failed instanceof NotCachedException) {
      throw new NotCachedException("%s of %s".formatted(kind, entry));
    }
    if (failed != null) {
      throw new IOException("no " + kind + " of " + entry, failed);
    }
    return cache.forms().find(Place.of(entry), kind, revision);
  }

  /**
   * Requests a derived form from another thread, which then runs {@code whenMade}, even if it
   * failed: the next {@link #form} reports the failure. Readers that request a form that is being
   * made wait for the same one.
   *
   * @param ahead the entries whose own forms of the kind will be asked for next, or null; the
   *     caller must not use it again
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
   * Cancels a pending request that has not begun, so that the queue does not grow with readers that
   * have left. The callback may run nevertheless.
   */
  public void close() {
    pending.cancel();
  }

  /**
   * The whole form, charged to the thread's {@link Meter}. Waits for the disk, so it is not for
   * event loops. A virtual thread parks meanwhile and releases its carrier thread.
   *
   * @throws RuntimeException if the meter refuses
   */
  public byte[] readFully(Entry entry) throws IOException {
    Meter.charge(entry.length());
    byte[] form = new byte[entry.length()];
    try {
      ReadAheadBuffer.readFully(
          entry.segment, entry.offset, ByteBuffer.wrap(form), cache.loaders());
      return form;
    } catch (IOException e) {
      cache.spoolFailed(entry.segment, e);
      throw e;
    }
  }

  /**
   * An object of an entry's metadata alone: {@code {"metadata":{…}}}. It is charged, and waits for
   * the disk, as {@link #readFully} does.
   */
  public byte[] readMetadata(Entry entry) throws IOException {
    int length = entry.metadataEnd() - entry.metadataOffset();
    Meter.charge(length + 2);
    byte[] object = new byte[length + 2];
    object[0] = '{';
    object[length + 1] = '}';
    try {
      ReadAheadBuffer.readFully(
          entry.segment,
          entry.offset + entry.metadataOffset(),
          ByteBuffer.wrap(object, 1, length),
          cache.loaders());
      return object;
    } catch (IOException e) {
      cache.spoolFailed(entry.segment, e);
      throw e;
    }
  }
}
