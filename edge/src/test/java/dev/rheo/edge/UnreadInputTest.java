package dev.rheo.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollServerSocketChannel;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class UnreadInputTest {

  @Test
  void aSocketTellsWhetherItHoldsBytesThatNobodyHasRead() throws Exception {
    assumeThat(Epoll.isAvailable()).isTrue();
    EventLoopGroup group =
        new Transport(true, EdgeClock.SYSTEM, new AcceptThrottle()).group(1, "unread-test");
    BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
    try {
      assertThat(UnreadInput.isKnown(group.next())).isTrue();
      Channel listener =
          new ServerBootstrap()
              .group(group)
              .channel(EpollServerSocketChannel.class)
              .childOption(ChannelOption.AUTO_READ, false)
              .childHandler(
                  new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                      channel.pipeline().addLast(new ChannelInboundHandlerAdapter());
                      accepted.add(channel);
                    }
                  })
              .bind(new InetSocketAddress("127.0.0.1", 0))
              .sync()
              .channel();
      InetSocketAddress address = (InetSocketAddress) listener.localAddress();
      try (Socket peer = new Socket(address.getAddress(), address.getPort())) {
        Channel channel = accepted.poll(20, TimeUnit.SECONDS);
        assertThat(channel).isNotNull();
        assertThat(UnreadInput.waits(channel)).isFalse();
        peer.getOutputStream().write(1);
        EdgeFixture.await("it came", () -> UnreadInput.waits(channel));
        channel.close().sync();
        assertThat(UnreadInput.waits(channel)).as("closed").isFalse();
      }
    } finally {
      group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
  }

  @Test
  void otherTransportsDoNotTell() {
    EmbeddedChannel channel = new EmbeddedChannel();
    assertThat(UnreadInput.isKnown(channel.eventLoop())).isFalse();
    assertThat(UnreadInput.waits(channel)).isFalse();
  }
}
