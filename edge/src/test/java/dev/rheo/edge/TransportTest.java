package dev.rheo.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TransportTest {

  @Test
  void aLoopWithManyMoreConnectionsThanAnotherGetsNoNewOnes() {
    EventLoopGroup group =
        new Transport(false, EdgeClock.SYSTEM, new AcceptThrottle()).group(2, "even");
    try {
      EventLoop one = group.next();
      EventLoop two = group.next();
      assertThat(one).isNotSameAs(two);
      for (int i = 0; i < 16; i++) {
        one.register(new NioSocketChannel()).awaitUninterruptibly();
      }
      assertThat(List.of(group.next(), group.next())).containsExactly(one, two);
      one.register(new NioSocketChannel()).awaitUninterruptibly();
      assertThat(List.of(group.next(), group.next())).containsExactly(two, two);
      two.register(new NioSocketChannel()).awaitUninterruptibly();
      assertThat(List.of(group.next(), group.next())).containsExactly(one, two);
    } finally {
      group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
  }

  @Test
  void newcomersWaitForLoopsThatAreBehindOrHaveNoRoom() {
    AcceptThrottle acceptance = new AcceptThrottle();
    EmbeddedChannel listener = new EmbeddedChannel(acceptance);
    for (int i = 0; i < 15; i++) {
      listener.writeInbound(i);
    }
    assertThat(acceptance.isBusy()).isFalse();
    listener.writeInbound(15);
    assertThat(acceptance.isBusy()).isTrue();
    acceptance.arrived();
    assertThat(acceptance.isBusy()).isFalse();
    acceptance.pause();
    assertThat(acceptance.isBusy()).as("a loop has no room").isTrue();
    acceptance.resume();
    assertThat(acceptance.isBusy()).isFalse();
    listener.finishAndReleaseAll();
  }
}
