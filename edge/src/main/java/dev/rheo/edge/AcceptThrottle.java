package dev.rheo.edge;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Limits the listener to the pace at which event loops register accepted connections. Otherwise a
 * flood of connections would queue as tasks, whose memory no account covers. Newcomers wait in the
 * kernel's accept queue instead.
 *
 * <p>Thread-safe.
 */
@Sharable
final class AcceptThrottle extends ChannelInboundHandlerAdapter {

  /** Connections accepted and not yet registered; about a dozen are accepted at once. */
  private static final int MOST_ARRIVING = 128;

  /** So many are more than what is accepted at once: the event loops do not keep up. */
  private static final int MANY_ARRIVING = 16;

  private final AtomicInteger arriving = new AtomicInteger();

  /** Number of event loops that have no room. */
  private final AtomicInteger full = new AtomicInteger();

  private volatile @Nullable Channel listener;

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    listener = ctx.channel();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (arriving.incrementAndGet() >= MOST_ARRIVING) {
      ctx.channel().config().setAutoRead(false);
    }
    ctx.fireChannelRead(message);
  }

  /** An event loop has registered a connection. */
  void arrived() {
    if (arriving.decrementAndGet() == MOST_ARRIVING / 2) {
      decide();
    }
  }

  /** Whether newcomers wait, for event loops that are behind or have no room. */
  boolean isBusy() {
    return arriving.get() >= MANY_ARRIVING || full.get() > 0;
  }

  /** Pauses the listener for an event loop that has no room. */
  void pause() {
    full.incrementAndGet();
    decide();
  }

  /** Ends one {@link #pause}. */
  void resume() {
    full.decrementAndGet();
    decide();
  }

  private void decide() {
    Channel channel = listener;
    if (channel != null && channel.isOpen()) {
      channel
          .eventLoop()
          .execute(
              () ->
                  channel.config().setAutoRead(full.get() == 0 && arriving.get() < MOST_ARRIVING));
    }
  }
}
