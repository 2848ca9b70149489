package dev.rheo.edge;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import java.util.ArrayDeque;

/**
 * Stands behind TLS and passes decrypted input on in portions, so that no connection keeps the
 * event loop for long. Input of one portion, such as a request of a client that waits for its
 * response, passes at once. More input waits for the connection's turns in the {@link TurnQueue},
 * and is charged to the connection.
 *
 * <p>The size of a portion follows from what the connection's input has cost so far: a KiB of tiny
 * requests costs a thousand times as much as a KiB of a body.
 *
 * <p>Event loop only.
 */
final class InputTurns extends ChannelDuplexHandler {

  /** Bytes whose peer's socket is left alone until they have had their turns. */
  private static final int ENOUGH = 16 << 10;

  /** Bytes beyond which input is passed on although it is not the connection's turn. */
  private static final int MOST_HELD = 32 << 10;

  /** Time that one portion should take. */
  private static final long PORTION_NANOS = 250_000;

  /**
   * Time that earns a stranger one byte of input that passes those who wait: 2 KB/s, health checks
   * of several a second.
   */
  private static final long NANOS_A_BYTE = 500_000;

  /** Lower bound on a portion: a typical request, or some 25 of the smallest ones. */
  private static final int SMALLEST_PORTION = 1 << 10;

  /** Upper bound on a portion: a TLS record. */
  private static final int LARGEST_PORTION = 16 << 10;

  /** Input below this size tells little about the cost of more. */
  private static final int TELLING = 512;

  private final Connection connection;
  private final TurnQueue queue;
  private final Runnable turn = this::takeTurn;
  private final ArrayDeque<ByteBuf> held = new ArrayDeque<>();
  private ChannelHandlerContext ctx;

  /** Time that a KiB of input takes, averaged over the latest input. */
  private long nanosPerKib = PORTION_NANOS / 4;

  /** Input that was passed on since a read was last complete, and the time that it took. */
  private long passedBytes;

  private long spentNanos;

  /** Bytes passed on and not earned since, as of {@link #passedNanos}. */
  private long unearned;

  /** When input was last passed on. */
  private long passedNanos;

  @SuppressWarnings("NullAway.Init") // The context is set when the handler is added.
  InputTurns(Connection connection, TurnQueue queue) {
    this.connection = connection;
    this.queue = queue;
    this.passedNanos = connection.clock.nanoTime();
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    ctx = context;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (!(message instanceof ByteBuf bytes)) {
      context.fireChannelRead(message);
      return;
    }
    if (held.isEmpty()
        && bytes.readableBytes() <= portion()
        && mayPassAtOnce(bytes.readableBytes())) {
      passOn(bytes, bytes.readableBytes());
      return;
    }
    held.add(bytes);
    connection.heldInput += bytes.readableBytes();
    if (nobodyWaits()) {
      passOn();
    }
    while (connection.heldInput > MOST_HELD) {
      passOn();
    }
    enqueue();
    if (connection.inputQueued && connection.heldInput >= ENOUGH) {
      connection.holdEnough(true);
    }
  }

  /**
   * Whether a small piece need not wait for its turn. Among strangers only a peer that sends little
   * passes those who wait, as health checks do. A peer that sends all the time would otherwise take
   * a portion with each read besides its turns. Silence alone tells nothing: a peer that floods is
   * silent for as long as its loop does not read it.
   */
  private boolean mayPassAtOnce(int length) {
    if (connection.authenticated || nobodyWaits()) {
      return true;
    }
    long already = unearned(connection.clock.nanoTime());
    return already == 0 || already + length <= SMALLEST_PORTION;
  }

  /**
   * Whether no other input waits for its turn and, for a stranger, no socket or newcomer either.
   */
  private boolean nobodyWaits() {
    return queue.isEmpty() && (connection.authenticated || !queue.othersWait());
  }

  private long unearned(long now) {
    return Math.max(0, unearned - (now - passedNanos) / NANOS_A_BYTE);
  }

  private void enqueue() {
    if (!connection.inputQueued && !held.isEmpty()) {
      connection.inputQueued = true;
      boolean ignored = queue.add(turn);
    }
  }

  /** Passes one portion on, and waits for the next turn if there is more. */
  private void takeTurn() {
    connection.inputQueued = false;
    if (!held.isEmpty() && connection.isInputWanted()) {
      passOn();
      complete();
      connection.room.settle(connection);
    }
    // While the protocol wants no input, what is held waits; {@link #read} resumes.
    boolean waits = !held.isEmpty() && connection.isInputWanted();
    if (waits) {
      enqueue();
    }
    if (!waits || connection.heldInput < ENOUGH) {
      connection.holdEnough(false);
    }
  }

  /**
   * Streams whose header has just come begin when a read is complete, which is most of the cost.
   */
  private void complete() {
    long began = connection.clock.nanoTime();
    ctx.fireChannelReadComplete();
    spentNanos += connection.clock.nanoTime() - began;
    if (passedBytes >= TELLING) {
      long cost = (spentNanos << 10) / passedBytes;
      nanosPerKib = Math.max(1, (3 * nanosPerKib + cost) / 4);
    }
    spentNanos = 0;
    passedBytes = 0;
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    complete();
  }

  private void passOn() {
    ByteBuf bytes = held.element();
    int length = Math.min(portion(), bytes.readableBytes());
    connection.heldInput -= length;
    if (length == bytes.readableBytes()) {
      held.remove();
      passOn(bytes, length);
    } else {
      passOn(bytes.readRetainedSlice(length), length);
    }
  }

  private void passOn(ByteBuf bytes, int length) {
    long began = connection.clock.nanoTime();
    ctx.fireChannelRead(bytes);
    long now = connection.clock.nanoTime();
    unearned = unearned(now) + length;
    passedNanos = now;
    spentNanos += now - began;
    passedBytes += length;
  }

  private int portion() {
    long bytes = (PORTION_NANOS << 10) / nanosPerKib;
    return (int) Math.clamp(bytes, SMALLEST_PORTION, LARGEST_PORTION);
  }

  /** Input is wanted again, after a pause for example. */
  @Override
  public void read(ChannelHandlerContext context) {
    enqueue();
    context.read();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof SslCloseCompletionEvent && !context.channel().isActive()) {
      // Nobody is left to read responses. A peer that only ended TLS still gets its turns.
      drop();
    }
    context.fireUserEventTriggered(event);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    drop();
    context.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    drop();
  }

  private void drop() {
    held.forEach(ByteBuf::release);
    held.clear();
    connection.heldInput = 0;
  }
}
