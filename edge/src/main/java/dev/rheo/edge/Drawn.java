package dev.rheo.edge;

import io.netty.channel.ChannelFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One body on its way out: its place in the pump.
 *
 * <pre>
 *   QUEUED  --turn-->  QUEUED   had its share, there is more
 *                      WAITING  the body has nothing: the wake-up queues it again
 *                      BLOCKED  the peer has no room: its progress queues it again
 *                      OVER     END, ABORT, or the stream went away
 * </pre>
 *
 * Event loop only, but for {@link #wake}.
 */
final class Drawn {

  enum State {
    QUEUED,
    WAITING,
    BLOCKED,
    OVER
  }

  /** What a blocked stream waits for. */
  enum Block {
    /** Its own bytes to be taken. */
    STREAM,
    /** The connection's bytes to be taken. */
    CONNECTION,
    /** A WINDOW_UPDATE. */
    WINDOW
  }

  /** Told once when all bytes of the body were taken, or the stream is over without that. */
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

  /** Queued with those that are served first. */
  boolean urgent = true;

  /** Bytes written of a turn that was broken off and goes on once the connection has room. */
  int ofTurn;

  /** Bytes written and not yet taken by the kernel. */
  long outstanding;

  /** Whether the kernel has taken anything of it. */
  boolean taken;

  /** When the peer last took something of this stream, or came to have something to take. */
  long progressNanos;

  boolean finishing;

  Drawn(Pump pump, Body body, Wire wire, boolean longRunning, Listener listener) {
    this.pump = pump;
    this.body = body;
    this.wire = wire;
    this.connection = wire.connection();
    this.longRunning = longRunning;
    this.listener = listener;
    this.progressNanos = System.nanoTime();
  }

  /** Any thread, any time, any number of times. */
  void wake() {
    if (!woken.get() && woken.compareAndSet(false, true)) {
      pump.woken(this);
    }
  }

  /** From here on a wake-up counts anew; what it announced is seen by the draw that follows. */
  void takeWake() {
    woken.set(false);
  }

  /** The peer went away or the server gives up: no more draws. */
  void cancel() {
    if (state != State.OVER) {
      over();
      listener.drawn(false);
    }
  }

  /** The last byte was written: the body is not needed any more, the wire still is. */
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
