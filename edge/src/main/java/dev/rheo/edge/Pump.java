package dev.rheo.edge;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.netty.channel.SingleThreadEventLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Draws from the bodies of one event loop and writes their bytes, fairly.
 *
 * <p>A loop that writes to one peer for as long as the socket accepts bytes starves the other
 * peers, and reads, accepts and handshakes as well. So an event that may unblock a stream (room, a
 * WINDOW_UPDATE, the body's wake-up) does not write; it only queues the stream. The queue is
 * drained in turns of at most {@value #TURN} bytes. After {@value #ROUND} bytes the connections are
 * flushed. After {@value #DRAIN_NANOS} ns the loop returns to its sockets, and the drain goes on
 * after that.
 *
 * <p>Streams that have just started, and those whose body was empty and now has bytes, are urgent:
 * they are served before bulk, so that a small event does not wait behind it. Bulk does not starve:
 * it gets one turn after at most {@value #URGENT_RUN} urgent ones.
 *
 * <p>The bytes that are written and not yet accepted by the kernel are limited to 128 KiB a stream,
 * a configured number a connection, and the peer's flow-control windows. So an unread stream does
 * not block another. A stream also gets at most 1/{@value #SHARE} of the bytes that are free in the
 * whole edge (dynamic thresholds, by Choudhury and Hahne): the more readers stall, the less each
 * gets, and some bytes are always left for those that read.
 */
final class Pump {

  static final System.Logger LOG = System.getLogger(Pump.class.getName());

  /** Four HTTP/2 frames, each of which fills a TLS record with its header; allocated as 64 KiB. */
  static final int CHUNK = 4 * 16375;

  /** Bytes that a stream may write in one turn. */
  static final int TURN = 2 * CHUNK;

  /** Bytes written between two flushes. */
  static final int ROUND = 256 << 10;

  /** Maximum time in ns that a drain keeps the loop from its sockets. */
  static final long DRAIN_NANOS = 2_000_000;

  static final int URGENT_RUN = 8;
  static final int SHARE = 64;

  /** Outstanding bytes that every stream may have, however full the edge is. */
  static final int LEAST = 4 << 10;

  /** A smaller write is not worthwhile while more bytes are outstanding. */
  private static final int CRUMB = 4 << 10;

  private final SingleThreadEventLoop loop;
  private final EdgeClock clock;
  private final ByteBufAllocator allocator;
  private final AtomicLong outgoing;
  private final long outgoingLimit;
  private final long perConnection;
  private final Counters counters;

  private final ArrayDeque<BodyStream> urgent = new ArrayDeque<>();
  private final ArrayDeque<BodyStream> bulk = new ArrayDeque<>();
  private final Queue<BodyStream> woken = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private final Set<BodyStream> all = new LinkedHashSet<>();
  private final List<Connection> touched = new ArrayList<>();
  private final Runnable drain = this::drain;
  private final Runnable drainLater = this::drainAfterThisIteration;
  private @Nullable ByteBuf scratch;
  private boolean draining;
  private int urgentRun;

  /**
   * @param outgoing outstanding bytes of the whole edge, shared by its pumps
   */
  Pump(
      EventLoop loop,
      EdgeClock clock,
      ByteBufAllocator allocator,
      AtomicLong outgoing,
      EdgeSettings.Budgets budgets,
      Counters counters) {
    this.loop = (SingleThreadEventLoop) loop;
    this.clock = clock;
    this.allocator = allocator;
    this.outgoing = outgoing;
    this.outgoingLimit = budgets.outgoing();
    this.perConnection = budgets.outgoingPerConnection();
    this.counters = counters;
  }

  /** Streams whose bodies are being drawn. */
  Set<BodyStream> all() {
    return all;
  }

  EventLoop loop() {
    return loop;
  }

  EdgeClock clock() {
    return clock;
  }

  /** Starts to draw from a body. The head of its response was written. */
  void start(BodyStream stream) {
    all.add(stream);
    touch(stream.connection);
    try {
      stream.body.onReady(stream::wake);
    } catch (RuntimeException e) {
      broken(stream, e);
      return;
    }
    enqueue(stream);
  }

  /** Called by {@link BodyStream#wake} on any thread. */
  void woken(BodyStream stream) {
    woken.add(stream);
    schedule();
  }

  /** Asks a long-running body to finish. */
  void finish(BodyStream stream) {
    if (stream.state == BodyStream.State.OVER || stream.finishing) {
      return;
    }
    stream.finishing = true;
    try {
      stream.body.finish();
    } catch (RuntimeException e) {
      broken(stream, e);
      return;
    }
    if (stream.state == BodyStream.State.WAITING) {
      stream.urgent = true;
      enqueue(stream);
      schedule();
    }
  }

  /** Called when the peer has increased a flow-control window. */
  void windowOpened(BodyStream stream) {
    stream.progressNanos = clock.nanoTime();
    if (stream.state == BodyStream.State.BLOCKED && stream.block == BodyStream.Block.WINDOW) {
      queue(stream);
    }
  }

  void forget(BodyStream stream) {
    all.remove(stream);
  }

  /** Schedules a flush of a connection that something was written to. */
  void touch(Connection connection) {
    if (!connection.touched) {
      connection.touched = true;
      touched.add(connection);
    }
    schedule();
  }

  /** Releases the pump's own buffer, before the loop ends. */
  void close() {
    if (scratch != null) {
      scratch.release();
      scratch = null;
    }
  }

  private void enqueue(BodyStream stream) {
    stream.state = BodyStream.State.QUEUED;
    queueOf(stream).add(stream);
  }

  private ArrayDeque<BodyStream> queueOf(BodyStream stream) {
    return stream.urgent ? urgent : bulk;
  }

  /** Schedules one drain per iteration of the loop, after its sockets and its tasks. */
  private void schedule() {
    if (!scheduled.get() && scheduled.compareAndSet(false, true)) {
      try {
        if (loop.inEventLoop() && !draining) {
          loop.executeAfterEventLoopIteration(drain);
        } else {
          // Netty runs the tasks after an iteration until none is left. Adding one from within
          // would keep the loop there for ever.
          loop.execute(drainLater);
        }
      } catch (RejectedExecutionException e) {
        LOG.log(System.Logger.Level.DEBUG, "the event loop has ended", e);
      }
    }
  }

  private void drainAfterThisIteration() {
    if (!loop.isShutdown()) {
      loop.executeAfterEventLoopIteration(drain);
    }
  }

  private void drain() {
    draining = true;
    // Cleared before the queues are read, so that later additions schedule a new drain.
    scheduled.set(false);
    long until = clock.nanoTime() + DRAIN_NANOS;
    long written = 0;
    int turns = 0;
    try {
      takeWoken();
      for (BodyStream stream = next(); stream != null; stream = next()) {
        try {
          written += turn(stream);
        } catch (RuntimeException | Error e) {
          // Most likely out of direct memory. Only this stream ends.
          broken(stream, e);
        }
        if (written >= ROUND) {
          flush();
          written = 0;
          takeWoken();
        }
        turns++;
        if (clock.nanoTime() >= until) {
          break;
        }
      }
      flush();
      if (!urgent.isEmpty() || !bulk.isEmpty() || !touched.isEmpty()) {
        schedule();
      }
    } finally {
      draining = false;
      counters.turns.add(turns);
    }
  }

  private void takeWoken() {
    for (BodyStream stream = woken.poll(); stream != null; stream = woken.poll()) {
      stream.takeWake();
      // In any other state the stream is drawn from anyway, and later than this.
      if (stream.state == BodyStream.State.WAITING) {
        stream.urgent = true;
        enqueue(stream);
      }
    }
  }

  private @Nullable BodyStream next() {
    if (!urgent.isEmpty() && (bulk.isEmpty() || urgentRun < URGENT_RUN)) {
      urgentRun++;
      return urgent.poll();
    }
    urgentRun = 0;
    return bulk.poll();
  }

  private void flush() {
    // By index, because a flush may write at once, complete writes and so add to the list.
    for (int i = 0; i < touched.size(); i++) {
      Connection connection = touched.get(i);
      connection.touched = false;
      connection.channel.flush();
    }
    touched.clear();
  }

  /** Returns the bytes written. */
  private long turn(BodyStream stream) {
    if (stream.state != BodyStream.State.QUEUED) {
      return 0;
    }
    long most = most();
    if (stream.outstanding > most / 2) {
      block(stream, BodyStream.Block.STREAM);
      return 0;
    }
    if (!stream.connection.crowdedOut.isEmpty()) {
      block(stream, BodyStream.Block.CONNECTION);
      return 0;
    }
    int share = (stream.urgent ? CHUNK : TURN) - stream.ofTurn;
    int written = 0;
    while (true) {
      long room = Math.min(share - written, most - stream.outstanding);
      if (room <= 0 || (room < CRUMB && written > 0)) {
        giveWay(stream, written);
        return written;
      }
      long connectionRoom = perConnection - stream.connection.outstanding;
      if (connectionRoom < CRUMB && stream.connection.outstanding > 0) {
        stream.ofTurn += written;
        block(stream, BodyStream.Block.CONNECTION);
        return written;
      }
      // This counts outstanding bytes against windows that some of them have already reduced, which
      // errs on the safe side. Without outstanding bytes both windows are exact, so a stream cannot
      // get stuck.
      long window = stream.wire.streamWindow() - stream.outstanding;
      if (window <= 0) {
        block(stream, stream.outstanding > 0 ? BodyStream.Block.STREAM : BodyStream.Block.WINDOW);
        return written;
      }
      long shared = stream.wire.connectionWindow() - stream.connection.outstanding;
      if (shared <= 0) {
        boolean underWay = stream.connection.outstanding > 0;
        stream.ofTurn += written;
        block(stream, underWay ? BodyStream.Block.CONNECTION : BodyStream.Block.WINDOW);
        return written;
      }
      int want =
          (int) Math.min(Math.min(room, CHUNK), Math.min(connectionRoom, Math.min(window, shared)));
      int drawn = draw(stream, want);
      if (drawn < 0) {
        return written;
      }
      written += drawn;
      if (drawn < want / 2) {
        // The body did much work for few bytes, which counts as a turn.
        giveWay(stream, written);
        return written;
      }
    }
  }

  private void giveWay(BodyStream stream, long written) {
    stream.urgent = false;
    stream.ofTurn = 0;
    if (stream.outstanding > most() / 2 && written > 0) {
      block(stream, BodyStream.Block.STREAM);
    } else {
      queue(stream);
    }
  }

  private static void block(BodyStream stream, BodyStream.Block why) {
    stream.state = BodyStream.State.BLOCKED;
    stream.block = why;
    if (why == BodyStream.Block.CONNECTION) {
      stream.connection.crowdedOut.add(stream);
    }
  }

  /** Returns the bytes written, or -1 if the stream must not be drawn from again now. */
  private int draw(BodyStream stream, int want) {
    ByteBuf buffer = scratch != null ? scratch : allocator.directBuffer(CHUNK, CHUNK);
    scratch = null;
    buffer.clear();
    ByteBuf out = want == CHUNK ? buffer : buffer.slice(0, want).clear();
    Body.State state;
    try {
      state = stream.body.draw(out);
    } catch (RuntimeException | Error e) {
      scratch = buffer;
      broken(stream, e);
      return -1;
    }
    int length = out.readableBytes();
    buffer.setIndex(out.readerIndex(), out.writerIndex());
    boolean last = state == Body.State.END;
    ChannelFuture write = null;
    if (length > 0) {
      write = write(stream, buffer, length, last);
    } else {
      scratch = buffer;
    }
    switch (state) {
      case MORE -> {
        return length;
      }
      case WAIT -> stream.state = BodyStream.State.WAITING;
      case END -> {
        touch(stream.connection);
        stream.complete(write != null ? write : stream.wire.end());
      }
      case ABORT -> {
        touch(stream.connection);
        stream.wire.cut(Wire.Cut.BROKEN);
        stream.cancel();
      }
    }
    return -1;
  }

  private ChannelFuture write(BodyStream stream, ByteBuf buffer, int length, boolean last) {
    ByteBuf bytes;
    if (length >= CHUNK / 2) {
      bytes = buffer;
    } else {
      // A small piece must not occupy a large buffer until its peer reads it.
      scratch = buffer;
      bytes = allocator.directBuffer(length, length).writeBytes(buffer);
    }
    counters.bytesOut.add(length);
    if (stream.outstanding == 0) {
      stream.progressNanos = clock.nanoTime();
    }
    if (stream.connection.outstanding == 0) {
      stream.connection.progressNanos = clock.nanoTime();
    }
    stream.outstanding += length;
    stream.connection.outstanding += length;
    outgoing.addAndGet(length);
    touch(stream.connection);
    ChannelFuture future = stream.wire.data(bytes, last);
    future.addListener(f -> taken(stream, length));
    return future;
  }

  /** The kernel accepted the bytes, or the write failed. */
  private void taken(BodyStream stream, int length) {
    stream.taken = true;
    stream.outstanding -= length;
    outgoing.addAndGet(-length);
    Connection connection = stream.connection;
    connection.outstanding -= length;
    long now = clock.nanoTime();
    stream.progressNanos = now;
    connection.progressNanos = now;
    if (connection.outstanding <= perConnection / 2) {
      // These streams were due before all that is queued now, so they go to the front.
      for (BodyStream next = connection.crowdedOut.pollLast();
          next != null;
          next = connection.crowdedOut.pollLast()) {
        if (next.state == BodyStream.State.BLOCKED && next.block == BodyStream.Block.CONNECTION) {
          next.state = BodyStream.State.QUEUED;
          queueOf(next).addFirst(next);
          schedule();
        }
      }
    }
    if (stream.state == BodyStream.State.BLOCKED
        && stream.block != BodyStream.Block.CONNECTION
        && stream.outstanding <= most() / 2) {
      queue(stream);
    }
  }

  private void queue(BodyStream stream) {
    enqueue(stream);
    schedule();
  }

  private void broken(BodyStream stream, Throwable cause) {
    LOG.log(System.Logger.Level.ERROR, "a response body broke off", cause);
    touch(stream.connection);
    stream.wire.cut(Wire.Cut.BROKEN);
    stream.cancel();
  }

  /** Maximum outstanding bytes of a stream, at present. */
  private long most() {
    long free = outgoingLimit - outgoing.get();
    return Math.clamp(free / SHARE, LEAST, TURN);
  }
}
