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
 * Draws from the bodies of one event loop and writes what they give, fairly.
 *
 * <p>The problem: a loop that writes to one peer as long as that takes bytes never comes round to
 * the others, and none of them to reading, accepting and shaking hands. So nothing is written where
 * room is noticed. Whatever may make a stream able to go on (room, a window update, the body's
 * wake-up) only queues it. The queue is drained by turns of at most {@value #TURN} bytes; after
 * {@value #ROUND} bytes what was written is flushed, once a connection; after {@value #DRAIN_NANOS}
 * ns the loop gets back to its sockets, and the next drain follows after that.
 *
 * <p>Streams that have just started, and those whose body had nothing and now has, are served
 * before those that had their turn: a small event does not wait behind bulk. Bulk does not starve:
 * it gets one turn in {@value #URGENT_RUN}.
 *
 * <p>How much may be written and not yet taken by the kernel: 128 KiB a stream, a set number of
 * bytes a connection, and never more than the peer's flow control admits, so that what one stream's
 * reader leaves lying is never in the way of another's. Of the bytes that are free in the whole
 * edge a stream gets at most a {@value #SHARE}th (Choudhury and Hahne's dynamic thresholds): as
 * stalled readers pile up, each gets less, and there is always some left for those that read.
 */
final class Pump {

  static final System.Logger LOG = System.getLogger(Pump.class.getName());

  /** Four HTTP/2 frames that each fill a TLS record with their header; allocated as 64 KiB. */
  static final int CHUNK = 4 * 16375;

  /** Bytes a stream may write before others have their turn. */
  static final int TURN = 2 * CHUNK;

  /** Bytes written before the next flush. */
  static final int ROUND = 256 << 10;

  /** How long a drain keeps the loop from its sockets. */
  static final long DRAIN_NANOS = 2_000_000;

  static final int URGENT_RUN = 8;
  static final int SHARE = 64;

  /** What every stream may hold, whatever the others do. */
  static final int LEAST = 4 << 10;

  /** Less than this is not worth a write while more is under way. */
  private static final int CRUMB = 4 << 10;

  private final SingleThreadEventLoop loop;
  private final ByteBufAllocator allocator;
  private final AtomicLong outgoing;
  private final long outgoingLimit;
  private final long perConnection;
  private final Counters counters;

  private final ArrayDeque<Drawn> urgent = new ArrayDeque<>();
  private final ArrayDeque<Drawn> bulk = new ArrayDeque<>();
  private final Queue<Drawn> woken = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private final Set<Drawn> all = new LinkedHashSet<>();
  private final List<Connection> touched = new ArrayList<>();
  private final Runnable drain = this::drain;
  private final Runnable drainLater = this::drainAfterThisIteration;
  private @Nullable ByteBuf scratch;
  private boolean draining;
  private int urgentRun;

  /**
   * @param outgoing bytes outstanding in the whole edge, shared by its pumps
   */
  Pump(
      EventLoop loop,
      ByteBufAllocator allocator,
      AtomicLong outgoing,
      EdgeSettings.Budgets budgets,
      Counters counters) {
    this.loop = (SingleThreadEventLoop) loop;
    this.allocator = allocator;
    this.outgoing = outgoing;
    this.outgoingLimit = budgets.outgoing();
    this.perConnection = budgets.outgoingPerConnection();
    this.counters = counters;
  }

  /** Streams whose bodies are being drawn. */
  Set<Drawn> all() {
    return all;
  }

  EventLoop loop() {
    return loop;
  }

  /** Takes up a body, whose response's head was written. */
  void start(Drawn stream) {
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

  /** Any thread. */
  void woken(Drawn stream) {
    woken.add(stream);
    schedule();
  }

  /** Asks a long-running body to come to its end. */
  void finish(Drawn stream) {
    if (stream.state == Drawn.State.OVER || stream.finishing) {
      return;
    }
    stream.finishing = true;
    try {
      stream.body.finish();
    } catch (RuntimeException e) {
      broken(stream, e);
      return;
    }
    if (stream.state == Drawn.State.WAITING) {
      stream.urgent = true;
      enqueue(stream);
      schedule();
    }
  }

  /** The peer's flow control admits more than before. */
  void windowOpened(Drawn stream) {
    stream.progressNanos = System.nanoTime();
    if (stream.state == Drawn.State.BLOCKED && stream.block == Drawn.Block.WINDOW) {
      queue(stream);
    }
  }

  void forget(Drawn stream) {
    all.remove(stream);
  }

  /** Something was written to the connection: it is to be flushed soon. */
  void touch(Connection connection) {
    if (!connection.touched) {
      connection.touched = true;
      touched.add(connection);
    }
    schedule();
  }

  /** Gives up the pump's own buffer; the loop is about to end. */
  void close() {
    if (scratch != null) {
      scratch.release();
      scratch = null;
    }
  }

  private void enqueue(Drawn stream) {
    stream.state = Drawn.State.QUEUED;
    queueOf(stream).add(stream);
  }

  private ArrayDeque<Drawn> queueOf(Drawn stream) {
    return stream.urgent ? urgent : bulk;
  }

  /** One drain an iteration of the loop, after its sockets and its tasks. */
  private void schedule() {
    if (!scheduled.get() && scheduled.compareAndSet(false, true)) {
      try {
        if (loop.inEventLoop() && !draining) {
          loop.executeAfterEventLoopIteration(drain);
        } else {
          // The tasks after an iteration run until none is left: one that is added while they run
          // would never let the loop go.
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
    // Cleared before the queues are looked at, so that nothing that comes after goes unseen.
    scheduled.set(false);
    long until = System.nanoTime() + DRAIN_NANOS;
    long written = 0;
    int turns = 0;
    try {
      takeWoken();
      for (Drawn stream = next(); stream != null; stream = next()) {
        try {
          written += turn(stream);
        } catch (RuntimeException | Error e) {
          // Out of direct memory, most likely: this stream ends, the others go on.
          broken(stream, e);
        }
        if (written >= ROUND) {
          flush();
          written = 0;
          takeWoken();
        }
        turns++;
        if (System.nanoTime() >= until) {
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
    for (Drawn stream = woken.poll(); stream != null; stream = woken.poll()) {
      stream.takeWake();
      // In any other state the stream will be drawn from anyway, and after this.
      if (stream.state == Drawn.State.WAITING) {
        stream.urgent = true;
        enqueue(stream);
      }
    }
  }

  private @Nullable Drawn next() {
    if (!urgent.isEmpty() && (bulk.isEmpty() || urgentRun < URGENT_RUN)) {
      urgentRun++;
      return urgent.poll();
    }
    urgentRun = 0;
    return bulk.poll();
  }

  private void flush() {
    // Flushing may write at once, complete writes and so touch and queue again: hence by index.
    for (int i = 0; i < touched.size(); i++) {
      Connection connection = touched.get(i);
      connection.touched = false;
      connection.channel.flush();
    }
    touched.clear();
  }

  /** Returns the bytes written. */
  private long turn(Drawn stream) {
    if (stream.state != Drawn.State.QUEUED) {
      return 0;
    }
    long most = most();
    if (stream.outstanding > most / 2) {
      block(stream, Drawn.Block.STREAM);
      return 0;
    }
    if (!stream.connection.crowdedOut.isEmpty()) {
      block(stream, Drawn.Block.CONNECTION);
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
        block(stream, Drawn.Block.CONNECTION);
        return written;
      }
      // Counting what is under way against windows that were charged for part of it already errs on
      // the safe side; with nothing under way both are exact, so a stream cannot get stuck.
      long window = stream.wire.streamWindow() - stream.outstanding;
      if (window <= 0) {
        block(stream, stream.outstanding > 0 ? Drawn.Block.STREAM : Drawn.Block.WINDOW);
        return written;
      }
      long shared = stream.wire.connectionWindow() - stream.connection.outstanding;
      if (shared <= 0) {
        boolean underWay = stream.connection.outstanding > 0;
        stream.ofTurn += written;
        block(stream, underWay ? Drawn.Block.CONNECTION : Drawn.Block.WINDOW);
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
        // It did its share of work for few bytes.
        giveWay(stream, written);
        return written;
      }
    }
  }

  private void giveWay(Drawn stream, long written) {
    stream.urgent = false;
    stream.ofTurn = 0;
    if (stream.outstanding > most() / 2 && written > 0) {
      block(stream, Drawn.Block.STREAM);
    } else {
      queue(stream);
    }
  }

  private static void block(Drawn stream, Drawn.Block why) {
    stream.state = Drawn.State.BLOCKED;
    stream.block = why;
    if (why == Drawn.Block.CONNECTION) {
      stream.connection.crowdedOut.add(stream);
    }
  }

  /** Returns the bytes written, or -1 if the stream is not to be drawn from again now. */
  private int draw(Drawn stream, int want) {
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
      case WAIT -> stream.state = Drawn.State.WAITING;
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

  private ChannelFuture write(Drawn stream, ByteBuf buffer, int length, boolean last) {
    ByteBuf bytes;
    if (length >= CHUNK / 2) {
      bytes = buffer;
    } else {
      // A small piece must not hold a large buffer until its peer reads it.
      scratch = buffer;
      bytes = allocator.directBuffer(length, length).writeBytes(buffer);
    }
    counters.bytesOut.add(length);
    if (stream.outstanding == 0) {
      stream.progressNanos = System.nanoTime();
    }
    if (stream.connection.outstanding == 0) {
      stream.connection.progressNanos = System.nanoTime();
    }
    stream.outstanding += length;
    stream.connection.outstanding += length;
    outgoing.addAndGet(length);
    touch(stream.connection);
    ChannelFuture future = stream.wire.data(bytes, last);
    future.addListener(f -> taken(stream, length));
    return future;
  }

  /** The kernel took the bytes, or nobody will. */
  private void taken(Drawn stream, int length) {
    stream.taken = true;
    stream.outstanding -= length;
    outgoing.addAndGet(-length);
    Connection connection = stream.connection;
    connection.outstanding -= length;
    long now = System.nanoTime();
    stream.progressNanos = now;
    connection.progressNanos = now;
    if (connection.outstanding <= perConnection / 2) {
      // They were to have their turn before all that is queued now.
      for (Drawn next = connection.crowdedOut.pollLast();
          next != null;
          next = connection.crowdedOut.pollLast()) {
        if (next.state == Drawn.State.BLOCKED && next.block == Drawn.Block.CONNECTION) {
          next.state = Drawn.State.QUEUED;
          queueOf(next).addFirst(next);
          schedule();
        }
      }
    }
    if (stream.state == Drawn.State.BLOCKED
        && stream.block != Drawn.Block.CONNECTION
        && stream.outstanding <= most() / 2) {
      queue(stream);
    }
  }

  private void queue(Drawn stream) {
    enqueue(stream);
    schedule();
  }

  private void broken(Drawn stream, Throwable cause) {
    LOG.log(System.Logger.Level.ERROR, "a response body broke off", cause);
    touch(stream.connection);
    stream.wire.cut(Wire.Cut.BROKEN);
    stream.cancel();
  }

  /** What a stream may have outstanding now. */
  private long most() {
    long free = outgoingLimit - outgoing.get();
    return Math.clamp(free / SHARE, LEAST, TURN);
  }
}
