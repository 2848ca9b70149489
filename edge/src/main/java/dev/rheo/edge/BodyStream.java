package dev.rheo.edge;

import io.netty.channel.ChannelFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A response body and its state in the {@link Pump}.
 *
 * <pre>
 *   QUEUED  --turn-->  QUEUED   its turn is used up and there is more
 *                      WAITING  the body has nothing; its wake-up queues it again
 *                      BLOCKED  the peer has no room; progress of the peer queues it again
 *                      OVER     END, ABORT, or the stream is gone
 * </pre>
 *
 * <p>Event loop only, except {@link #wake}.
 */
final class BodyStream {

  enum State {
    QUEUED,
    WAITING,
    BLOCKED,
    OVER
  }

  /** What a blocked stream waits for. */
  enum Block {
    /** The kernel to accept bytes of this stream. */
    STREAM,
    /** The kernel to accept bytes of the connection. */
    CONNECTION,
    /** A WINDOW_UPDATE. */
    WINDOW
  }

  /** Called once: with true when the kernel has accepted the whole body, else with false. */
  interface Listener {
    void drawn(boolean complete);
  }

  final Body body;
  final Wire wire;
  final boolean longRunning;
  final Connection connection;
  private final Pump pump;
  private final Listener listener;
  private final AtomicBoolean woken = new AtomicBoolean();

  State state = State.QUEUED;
  Block block = Block.STREAM;

  /** Whether it is in the urgent queue, or goes there next. */
  boolean urgent = true;

  /** Bytes written in a turn that was interrupted for lack of room on the connection. */
  int ofTurn;

  /** Bytes written and not yet accepted by the kernel. */
  long outstanding;

  /** Whether the kernel has accepted any bytes of the body. */
  boolean taken;

  /**
   * When the kernel last accepted bytes, the window last opened, or the first bytes became
   * outstanding.
   */
  long progressNanos;

  boolean finishing;

  BodyStream(Pump pump, Body body, Wire wire, boolean longRunning, Listener listener) {
    this.pump = pump;
    this.body = body;
    this.wire = wire;
    this.connection = wire.connection();
    this.longRunning = longRunning;
    this.listener = listener;
    this.progressNanos = pump.clock().nanoTime();
  }

  /** Queues the stream if its body waits. Any thread, any number of times. */
  void wake() {
    if (!woken.get() && woken.compareAndSet(false, true)) {
      pump.woken(this);
    }
  }

  /** Re-arms {@link #wake}. The draw that follows sees what earlier wake-ups announced. */
  void takeWake() {
    woken.set(false);
  }

  /**
   * Whether the peer may stall for as long as that of a watch: it may while the body goes on, but
   * not while only the peer keeps it from its end.
   */
  boolean mayStall() {
    return longRunning && state != State.OVER && !finishing && !body.isOverdue();
  }

  /** Ends the stream without further draws, because the peer is gone or the server gives up. */
  void cancel() {
    if (state != State.OVER) {
      over();
      listener.drawn(false);
    }
  }

  /**
   * Releases the body once its last byte is written, and reports the end when the kernel accepts
   * it.
   */
  void complete(ChannelFuture lastWrite) {
    over();
    lastWrite.addListener(f -> listener.drawn(f.isSuccess()));
  }

  private void over() {
    state = State.OVER;
    pump.forget(this);
    try {
      body.close();
    } catch (RuntimeException e) {
      Pump.LOG.log(System.Logger.Level.ERROR, "closing a response body failed", e);
    }
  }
}
