package dev.rheo.edge;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import java.util.ArrayDeque;
import java.util.function.IntSupplier;

/**
 * Stands behind TLS and passes decrypted input on in portions, while the event loop has many
 * sockets to serve. Input of one portion, such as a request of a client that waits for its
 * response, passes at once. More input waits for the connection's turns in the {@link InputQueue},
 * and is charged to the connection.
 *
 * <p>Event loop only.
 */
final class InputTurns extends ChannelDuplexHandler {

  /** Bytes beyond which input is passed on although it is not the connection's turn. */
  private static final int MOST_HELD = 32 << 10;

  private final Connection connection;
  private final InputQueue queue;
  private final IntSupplier portion;
  private final ArrayDeque<ByteBuf> held = new ArrayDeque<>();
  private ChannelHandlerContext ctx;
  private boolean queued;

  @SuppressWarnings("NullAway.Init") // The context is set when the handler is added.
  /**
   * @param portion the most bytes that may be passed on in one turn at present
   */
  InputTurns(Connection connection, InputQueue queue, IntSupplier portion) {
    this.connection = connection;
    this.queue = queue;
    this.portion = portion;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    ctx = context;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (!(message instanceof ByteBuf bytes)
        || held.isEmpty() && bytes.readableBytes() <= portion.getAsInt()) {
      context.fireChannelRead(message);
      return;
    }
    held.add(bytes);
    connection.heldInput += bytes.readableBytes();
    if (queue.isEmpty()) {
      passOn();
    }
    while (connection.heldInput > MOST_HELD) {
      passOn();
    }
    enqueue();
  }

  private void enqueue() {
    if (!queued && !held.isEmpty()) {
      queued = true;
      queue.add(this);
    }
  }

  /** Passes one portion on, and waits for the next turn if there is more. */
  void takeTurn() {
    queued = false;
    if (held.isEmpty() || !ctx.channel().config().isAutoRead()) {
      // While the protocol reads nothing its input waits; {@link #read} resumes.
      return;
    }
    passOn();
    ctx.fireChannelReadComplete();
    connection.room.settle(connection);
    enqueue();
  }

  private void passOn() {
    ByteBuf bytes = held.element();
    int length = Math.min(portion.getAsInt(), bytes.readableBytes());
    connection.heldInput -= length;
    if (length == bytes.readableBytes()) {
      held.remove();
      ctx.fireChannelRead(bytes);
    } else {
      ctx.fireChannelRead(bytes.readRetainedSlice(length));
    }
  }

  /** Input is wanted again, after a pause for example. */
  @Override
  public void read(ChannelHandlerContext context) {
    enqueue();
    context.read();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof SslCloseCompletionEvent) {
      // The peer sends no more; what it sent before is still to be answered.
      while (!held.isEmpty()) {
        passOn();
      }
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
