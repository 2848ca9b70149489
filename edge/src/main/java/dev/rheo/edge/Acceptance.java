package dev.rheo.edge;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Stands at the listener, which accepts no faster than event loops take connections up: else a
 * flood of them would wait as tasks, which nobody has paid for. The kernel's queue is where
 * newcomers wait.
 *
 * <p>Thread-safe.
 */
@Sharable
final class Acceptance extends ChannelInboundHandlerAdapter {

  /** Accepted and not taken up; the kernel hands out a dozen at once. */
  private static final int MOST_ARRIVING = 32;

  private final AtomicInteger arriving = new AtomicInteger();

  /** How many event loops have no room. */
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

  /** An event loop has taken up a connection. */
  void arrived() {
    if (arriving.decrementAndGet() == MOST_ARRIVING / 2) {
      decide();
    }
  }

  /** An event loop has no room for more. */
  void pause() {
    full.incrementAndGet();
    decide();
  }

  /** The event loop has room again. */
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
