package dev.rheo.server.snapshot;

import dev.rheo.edge.Body;
import dev.rheo.store.PlatformPool;
import dev.rheo.store.StoreException;
import dev.rheo.store.StoreSnapshot;
import dev.rheo.store.snapshot.SnapshotWriter;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot on its way. A thread that may wait for the disk makes a chunk while the one before is
 * sent, so two chunks exist at most, each of {@link #CHUNK} bytes and at most one value more. A
 * failure breaks the response off, and the file is without its end.
 */
final class SnapshotBody implements Body {
  private static final Logger LOG = System.getLogger(SnapshotBody.class.getName());

  /** The size from which on a chunk is sent. */
  private static final int CHUNK = 128 << 10;

  private static final byte[] NOTHING = {};

  private final StoreSnapshot snapshot;
  private final SnapshotWriter writer;
  private final PlatformPool threads;
  private final Runnable after;
  private volatile Runnable wake = () -> {};

  // The event loop's.
  private byte[] chunk = NOTHING;
  private int position;
  private boolean last;

  // Guarded by this.
  private boolean loading;
  private boolean closed;
  private @Nullable Chunk loaded;

  /**
   * @param bytes null if it could not be made
   * @param last whether the snapshot ends with it
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Chunk(byte @Nullable [] bytes, boolean last) {}

  /**
   * @param snapshot closed with the body
   * @param after runs when all is released
   */
  SnapshotBody(StoreSnapshot snapshot, PlatformPool threads, Runnable after) {
    this.snapshot = snapshot;
    this.writer = new SnapshotWriter(snapshot);
    this.threads = threads;
    this.after = after;
  }

  @Override
  public void onReady(Runnable wake) {
    this.wake = wake;
  }

  @Override
  public State draw(ByteBuf out) {
    if (position == chunk.length && !last) {
      chunk = NOTHING;
      position = 0;
      Chunk next = take();
      if (next == null) {
        return State.WAIT;
      }
      byte[] bytes = next.bytes();
      if (bytes == null) {
        return State.ABORT;
      }
      chunk = bytes;
      last = next.last();
    }
    int length = Math.min(out.writableBytes(), chunk.length - position);
    out.writeBytes(chunk, position, length);
    position += length;
    return last && position == chunk.length ? State.END : State.MORE;
  }

  /** The next chunk, or null if it is not there yet. Has the one after it made. */
  private synchronized @Nullable Chunk take() {
    Chunk next = loaded;
    loaded = null;
    if (!loading && !closed && (next == null || (next.bytes() != null && !next.last()))) {
      loading = true;
      try {
        PlatformPool.Task ignored = threads.submit(this::load);
      } catch (RejectedExecutionException stopping) {
        loading = false;
        return new Chunk(null, true);
      }
    }
    return next;
  }

  private void load() {
    Chunk made;
    try {
      ByteArrayOutputStream out = new ByteArrayOutputStream(CHUNK + (CHUNK >> 3));
      boolean more = true;
      while (more && out.size() < CHUNK) {
        more = writer.write(out);
      }
      made = new Chunk(out.toByteArray(), !more);
    } catch (StoreException | IOException | RuntimeException e) {
      LOG.log(Level.WARNING, "a snapshot was broken off: " + e.getMessage(), e);
      made = new Chunk(null, true);
    }
    boolean over;
    synchronized (this) {
      loading = false;
      loaded = closed ? null : made;
      over = closed;
    }
    if (over) {
      release();
    } else {
      wake.run();
    }
  }

  private void release() {
    try {
      snapshot.close();
    } finally {
      after.run();
    }
  }

  /** The snapshot may be in use, and to close it may take a moment: its thread does it. */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      loaded = null;
      if (loading) {
        return;
      }
    }
    try {
      PlatformPool.Task ignored = threads.submit(this::release);
    } catch (RejectedExecutionException stopping) {
      release();
    }
  }
}
