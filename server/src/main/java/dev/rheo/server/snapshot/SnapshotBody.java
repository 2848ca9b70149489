package dev.rheo.server.snapshot;

import dev.rheo.edge.Body;
import dev.rheo.store.PlatformPool;
import dev.rheo.store.StoreException;
import dev.rheo.store.StoreSnapshot;
import dev.rheo.store.snapshot.SnapshotWriter;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot on its way. A thread that may wait for the disk makes a chunk while the one before is
 * sent, so two chunks exist at most, each of {@link SnapshotRoom#CHUNK} bytes and at most one value
 * more. A failure breaks the response off, and the file is without its end.
 *
 * <p>A snapshot keeps its revision on disk and others from being made, so its peer has to take it
 * at {@link #LEAST_RATE} on average, after a grace of {@link #GRACE_NANOS}. Only the time counts in
 * which there was something to take. The edge ends what takes nothing at all.
 */
final class SnapshotBody implements Body {
  private static final Logger LOG = System.getLogger(SnapshotBody.class.getName());

  /** Bytes a second, some 2 Mbit/s: 10 GB in 11 hours. */
  static final long LEAST_RATE = 256 << 10;

  static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(60);

  /** How a snapshot ended. */
  enum Outcome {
    COMPLETE,
    FAILED,
    SLOW,
    LEFT
  }

  private final StoreSnapshot snapshot;
  private final SnapshotRoom room;
  private final SnapshotWriter writer;
  private final PlatformPool threads;
  private final LongSupplier clock;
  private final LongConsumer sent;
  private final Consumer<Outcome> after;
  private volatile Runnable wake = () -> {};
  private volatile Outcome outcome = Outcome.LEFT;

  // The event loop's.
  private @Nullable SnapshotChunk chunk;
  private long taken;
  private long peerNanos;

  /** When the peer was offered more than it took. */
  private long offered;

  private boolean isOffered;

  // Guarded by this.
  private boolean loading;
  private boolean failed;
  private boolean complete;
  private boolean closed;
  private @Nullable SnapshotChunk loaded;

  /**
   * @param snapshot closed with the body
   * @param room closed with the body
   * @param clock monotonic, in nanoseconds
   * @param sent told of bytes that were sent
   * @param after runs when all is released
   */
  SnapshotBody(
      StoreSnapshot snapshot,
      SnapshotRoom room,
      PlatformPool threads,
      LongSupplier clock,
      LongConsumer sent,
      Consumer<Outcome> after) {
    this.snapshot = snapshot;
    this.room = room;
    this.writer = new SnapshotWriter(snapshot);
    this.threads = threads;
    this.clock = clock;
    this.sent = sent;
    this.after = after;
  }

  @Override
  public void onReady(Runnable wake) {
    this.wake = wake;
  }

  @Override
  public State draw(ByteBuf out) {
    if (isTooSlow()) {
      outcome = Outcome.SLOW;
      return State.ABORT;
    }
    SnapshotChunk from = chunk;
    if (from == null) {
      from = take();
      if (from == null) {
        return hasFailed() ? State.ABORT : State.WAIT;
      }
      chunk = from;
    }
    int moved = from.draw(out);
    taken += moved;
    sent.accept(moved);
    if (from.isEmpty()) {
      chunk = null;
      room.sent(from.charged());
      if (from.isLast()) {
        outcome = Outcome.COMPLETE;
        return State.END;
      }
    }
    offered = clock.getAsLong();
    isOffered = true;
    return State.MORE;
  }

  private boolean isTooSlow() {
    if (isOffered) {
      isOffered = false;
      peerNanos += clock.getAsLong() - offered;
    }
    return peerNanos - GRACE_NANOS > taken * (1e9 / LEAST_RATE);
  }

  private synchronized boolean hasFailed() {
    return failed;
  }

  /** The next chunk, or null if it is not there yet. Has the one after it made. */
  private synchronized @Nullable SnapshotChunk take() {
    SnapshotChunk next = loaded;
    loaded = null;
    if (!loading && !closed && !failed && !complete) {
      loading = true;
      try {
        PlatformPool.Task ignored = threads.submit(this::load);
      } catch (RejectedExecutionException stopping) {
        loading = false;
        fail();
      }
    }
    return next;
  }

  private void load() {
    SnapshotChunk made = null;
    try {
      if (room.await()) {
        made = make();
      } else {
        LOG.log(Level.DEBUG, "a snapshot has no room to go on");
      }
    } catch (StoreException | IOException | RuntimeException e) {
      LOG.log(Level.WARNING, "a snapshot was broken off: " + e.getMessage(), e);
    }
    boolean over;
    synchronized (this) {
      loading = false;
      over = closed;
      if (made == null) {
        fail();
      } else {
        complete = made.isLast();
        loaded = over ? null : made;
      }
    }
    if (over) {
      release();
    } else {
      wake.run();
    }
  }

  private SnapshotChunk make() throws StoreException, IOException {
    SnapshotChunk made = new SnapshotChunk();
    boolean more = true;
    while (more && made.bytes() < SnapshotRoom.CHUNK) {
      more = writer.write(made);
    }
    return made.complete(!more, room.made(made.bytes()));
  }

  private synchronized void fail() {
    failed = true;
    if (!closed) {
      outcome = Outcome.FAILED;
    }
  }

  private void release() {
    try {
      snapshot.close();
    } finally {
      room.close();
      after.accept(outcome);
    }
  }

  /** The snapshot may be in use, and to close it may take a moment: its thread does it. */
  @Override
  public void close() {
    boolean inUse;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      loaded = null;
      inUse = loading;
    }
    room.giveUp();
    if (inUse) {
      return;
    }
    try {
      PlatformPool.Task ignored = threads.submit(this::release);
    } catch (RejectedExecutionException stopping) {
      release();
    }
  }
}
