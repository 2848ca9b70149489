package dev.rheo.storm.net;

import dev.rheo.access.Access;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http2.Http2SecurityUtil;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Event loops, sockets and TLS for connections to one server: epoll and BoringSSL where their
 * libraries load, else NIO and the JDK's TLS. Thread-safe.
 */
public final class Network implements AutoCloseable {
  private static final int CONNECT_TIMEOUT_MILLIS = 15_000;
  private static final int HANDSHAKE_TIMEOUT_MILLIS = 60_000;

  /** Default size of a socket read, in bytes. */
  static final int READ_BYTES = 64 << 10;

  /**
   * Without this limit the kernel buffers up to megabytes per connection: a thousand connections
   * would exhaust the machine's memory, and a slow reader would be hidden from the server.
   */
  private static final int RECEIVE_BUFFER = 256 << 10;

  private final Access access;
  private final boolean epoll;
  private final EventLoopGroup group;
  private final PooledByteBufAllocator allocator;
  private final @Nullable SslContext http1;
  private final @Nullable SslContext http2;

  /**
   * @param threads number of event loops
   * @throws SSLException if the client's certificate or key cannot be used
   */
  public Network(Access access, int threads) throws SSLException {
    this.access = access;
    this.epoll = Epoll.isAvailable();
    IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    this.group =
        new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory("storm", true), io);
    int pageSize = 8192;
    int maxOrder = 7;
    this.allocator =
        new PooledByteBufAllocator(true, 1, threads + 1, pageSize, maxOrder, 64, 32, false);
    this.http1 = access.tls() ? context(access, ApplicationProtocolNames.HTTP_1_1) : null;
    this.http2 = access.tls() ? context(access, ApplicationProtocolNames.HTTP_2) : null;
  }

  public Access access() {
    return access;
  }

  EventLoopGroup group() {
    return group;
  }

  private static SslContext context(Access access, String protocol) throws SSLException {
    boolean nativeLibrary = OpenSsl.isAvailable();
    SslContextBuilder builder =
        SslContextBuilder.forClient()
            .sslProvider(nativeLibrary ? SslProvider.OPENSSL : SslProvider.JDK)
            .protocols("TLSv1.3", "TLSv1.2")
            .ciphers(Http2SecurityUtil.CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
            .applicationProtocolConfig(
                new ApplicationProtocolConfig(
                    ApplicationProtocolConfig.Protocol.ALPN,
                    ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                    ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                    protocol));
    if (access.insecure()) {
      builder
          .trustManager(InsecureTrustManagerFactory.INSTANCE)
          .endpointIdentificationAlgorithm(null);
    } else if (!access.authorities().isEmpty()) {
      builder.trustManager(access.authorities().toArray(new X509Certificate[0]));
    }
    List<X509Certificate> chain = access.clientCertificate();
    PrivateKey key = access.clientKey();
    if (chain != null && key != null) {
      builder.keyManager(key, chain.toArray(new X509Certificate[0]));
    }
    return builder.build();
  }

  /** Returns a TLS handler for HTTP/2 or HTTP/1.1, or null if the server is not https. */
  @Nullable SslHandler tls(Channel channel, boolean asHttp2) {
    SslContext context = asHttp2 ? http2 : http1;
    if (context == null) {
      return null;
    }
    SslHandler handler = context.newHandler(channel.alloc(), access.serverName(), access.port());
    handler.setHandshakeTimeoutMillis(HANDSHAKE_TIMEOUT_MILLIS);
    return handler;
  }

  /**
   * Returns a bootstrap that connects to the server; the caller sets its handler.
   *
   * @param readBytes size of a socket read, in bytes
   */
  Bootstrap bootstrap(int readBytes) {
    return new Bootstrap()
        .group(group)
        .channel(epoll ? EpollSocketChannel.class : NioSocketChannel.class)
        .remoteAddress(access.host(), access.port())
        .option(ChannelOption.ALLOCATOR, allocator)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
        .option(ChannelOption.TCP_NODELAY, true)
        .option(ChannelOption.SO_KEEPALIVE, true)
        .option(ChannelOption.SO_RCVBUF, RECEIVE_BUFFER)
        .option(ChannelOption.RECVBUF_ALLOCATOR, receive(readBytes));
  }

  private static FixedRecvByteBufAllocator receive(int readBytes) {
    FixedRecvByteBufAllocator allocator = new FixedRecvByteBufAllocator(readBytes);
    // At most two reads per turn, so that connections share the event loop fairly.
    allocator.maxMessagesPerRead(2);
    return allocator;
  }

  @Override
  public void close() {
    group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
  }
}
