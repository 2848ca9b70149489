package dev.rheo.edge;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.function.Function;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/** Sets up an accepted connection: TLS, its limits, and the protocol that ALPN selects. */
final class ConnectionInitializer extends ChannelInitializer<SocketChannel> {

  private static final byte LINE_FEED = '\n';
  private static final int MAX_CHUNK = 16 << 10;
  private static final long CLOSE_NOTIFY_MILLIS = 1000;
  private static final int STREAMS_A_TURN = 16;

  private final EdgeContext edge;
  private final SslContext tls;
  private final Function<SocketChannel, Watchdog> watchdogs;
  private final Function<SocketChannel, Connection> connections;
  private final Http2Connections http2;

  ConnectionInitializer(
      EdgeContext edge,
      SslContext tls,
      Function<SocketChannel, Connection> connections,
      Function<SocketChannel, Watchdog> watchdogs) {
    this.edge = edge;
    this.tls = tls;
    this.connections = connections;
    this.watchdogs = watchdogs;
    this.http2 = new Http2Connections(edge);
  }

  @Override
  protected void initChannel(SocketChannel channel) {
    Transport.shareReads(channel);
    Connection connection = connections.apply(channel);
    if (!connection.room.admission.enter(connection)) {
      connection.closeHard();
      return;
    }
    edge.connections.incrementAndGet();
    edge.counters.connectionsTotal.increment();
    Cumulation records = new Cumulation();
    channel
        .pipeline()
        .addLast(
            new TlsRecords(connection, records),
            new FirstRecord(connection, records),
            new Guard(connection, watchdogs.apply(channel)));
  }

  /**
   * Begins TLS when the first record is complete. TLS costs time and memory, which a peer that says
   * nothing is not worth.
   */
  private final class FirstRecord extends ByteToMessageDecoder {

    private static final int HANDSHAKE = 22;
    private static final int MAJOR_VERSION = 3;

    private final Connection connection;
    private final Cumulation records;

    FirstRecord(Connection connection, Cumulation records) {
      this.connection = connection;
      this.records = records;
      setCumulator(records);
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
      int at = in.readerIndex();
      boolean isTls =
          in.readableBytes() < TlsRecords.HEADER
              || (in.getByte(at) == HANDSHAKE && in.getByte(at + 1) == MAJOR_VERSION);
      // What is no TLS at all is for TLS to refuse.
      if (!isTls || connection.spoke) {
        beginTls(ctx);
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      Connection.failed(ctx, cause);
    }

    private void beginTls(ChannelHandlerContext ctx) {
      SslHandler ssl = tls.newHandler(ctx.alloc());
      // The watchdog enforces this timeout.
      ssl.setHandshakeTimeoutMillis(0);
      ssl.setCloseNotifyFlushTimeoutMillis(CLOSE_NOTIFY_MILLIS);
      ssl.setCloseNotifyReadTimeoutMillis(0);
      ssl.setCumulator(records);
      String before = ctx.name();
      InputTurns turns = Transport.inputTurns(connection);
      if (turns != null) {
        ctx.pipeline().addAfter(before, null, turns);
      }
      ctx.pipeline().addLast(new Negotiation(connection));
      // The replaced handler passes on what it holds.
      ctx.pipeline().replace(this, null, ssl);
    }
  }

  /** Tracks the state of a connection for the watchdog and the ledger. */
  private final class Guard extends ChannelInboundHandlerAdapter {

    private final Connection connection;
    private final Watchdog watchdog;

    Guard(Connection connection, Watchdog watchdog) {
      this.connection = connection;
      this.watchdog = watchdog;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
      watchdog.connections().add(connection);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      connection.lastReadNanos = edge.clock.nanoTime();
      if (connection.headerSinceNanos == 0
          && connection.exchanges.isEmpty()
          && connection.protocol instanceof Http1Handler) {
        connection.headerSinceNanos = connection.lastReadNanos;
      }
      if (message instanceof ByteBuf bytes && !(connection.protocol instanceof SwitchedProtocol)) {
        if (connection.headerSinceNanos != 0) {
          connection.unparsedLines += lines(bytes);
        }
        connection.unparsedBytes += bytes.readableBytes();
      }
      int length = message instanceof ByteBuf bytes ? bytes.readableBytes() : 0;
      ctx.fireChannelRead(message);
      edge.counters.bytesIn.add(length);
      if (!connection.exchanges.isEmpty() && connection.protocol instanceof Http1Handler) {
        // Body bytes are consumed at once. Only pipelined requests behind the body stay unparsed.
        connection.inputParsed();
        connection.unparsedBytes = connection.isInputWanted() ? 0 : length;
      }
    }

    private static int lines(ByteBuf bytes) {
      int lines = 0;
      int from = bytes.readerIndex();
      for (int at = bytes.indexOf(from, bytes.writerIndex(), LINE_FEED);
          at >= 0;
          at = bytes.indexOf(at + 1, bytes.writerIndex(), LINE_FEED)) {
        lines++;
      }
      return lines;
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
      connection.kept.tighten(ctx);
      ctx.fireChannelReadComplete();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof SslHandshakeCompletionEvent done && done.isSuccess()) {
        connection.handshakeDone = true;
        connection.idleSinceNanos = edge.clock.nanoTime();
        connection.stepNanos = connection.idleSinceNanos;
        connection.clientCertificate = clientCertificate(ctx);
        X509Certificate shown = connection.clientCertificate;
        if (shown != null && edge.handler.knows(shown)) {
          connection.room.admission.vouched(connection);
        }
      }
      ctx.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      depart(ctx, Transport.turns(connection.channel.eventLoop()));
    }

    /** Many streams are closed in turns, because hundreds of connections may end together. */
    private void depart(ChannelHandlerContext ctx, @Nullable TurnQueue turns) {
      if (turns != null && connection.exchanges.size() > STREAMS_A_TURN) {
        connection.exchanges.stream().limit(STREAMS_A_TURN).toList().forEach(Exchange::abandon);
        if (turns.add(() -> depart(ctx, turns))) {
          return;
        }
      }
      watchdog.connections().remove(connection);
      // Reaches no handler after turns: Netty has emptied the pipeline of the closed channel.
      ctx.fireChannelInactive();
      Connection.Protocol protocol = connection.protocol;
      if (protocol != null) {
        protocol.ended();
      }
      connection.closed();
      edge.connectionEnded();
    }
  }

  private static @Nullable X509Certificate clientCertificate(ChannelHandlerContext ctx) {
    SslHandler ssl = ctx.pipeline().get(SslHandler.class);
    try {
      Certificate[] chain = ssl.engine().getSession().getPeerCertificates();
      return chain.length > 0 && chain[0] instanceof X509Certificate first ? first : null;
    } catch (SSLPeerUnverifiedException e) {
      return null;
    }
  }

  private final class Negotiation extends ApplicationProtocolNegotiationHandler {

    private final Connection connection;

    Negotiation(Connection connection) {
      super(ApplicationProtocolNames.HTTP_1_1);
      this.connection = connection;
    }

    @Override
    protected void configurePipeline(ChannelHandlerContext ctx, String protocol) {
      if (protocol.equals(ApplicationProtocolNames.HTTP_2)) {
        http2.configure(ctx.pipeline(), connection);
      } else {
        EdgeSettings.Limits limits = edge.settings.limits();
        Http1Handler.install(
            ctx.pipeline(),
            edge,
            connection,
            new HttpDecoderConfig()
                .setMaxInitialLineLength(limits.targetBytes() + 256)
                .setMaxHeaderSize(limits.requestHeaderBytes())
                .setMaxChunkSize(MAX_CHUNK));
      }
      Connection.Protocol chosen = connection.protocol;
      if (edge.draining && chosen != null) {
        chosen.drain();
      }
    }

    @Override
    protected void handshakeFailure(ChannelHandlerContext ctx, Throwable cause) {
      // Port scanners and clients that do not trust the server must not flood its log.
      Pump.LOG.log(System.Logger.Level.DEBUG, "TLS handshake failed", cause);
      ctx.close();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      Connection.failed(ctx, cause);
    }
  }
}
