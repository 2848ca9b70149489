package dev.rheo.edge;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A connection that has become a WebSocket: one stream of events goes out, and what comes in is the
 * closing handshake, pings, and messages that nobody has a use for.
 *
 * <pre>
 *   OPEN ──the stream's last frame, a Close──▶ CLOSE_SENT ──the peer's Close, or a second──▶ closed
 *    │                                                                                         ▲
 *    └──the peer's Close: answered · a bad frame, a broken stream: told──▶ CLOSING ──taken─────┘
 * </pre>
 */
final class WebSocketHandler extends ChannelInboundHandlerAdapter implements Connection.Protocol {

  private enum State {
    OPEN,
    CLOSE_SENT,
    CLOSING
  }

  /** A client has nothing to send: what it sends all the same must be small. */
  static final int MAX_RECEIVED = 4 << 10;

  /** How long a peer that was sent a Close is waited for. */
  private static final long LINGER_MILLIS = 1000;

  private static final int FIN_CLOSE = 0x88;
  private static final int FIN_PONG = 0x8a;

  private final EdgeContext edge;
  private final Connection connection;
  private final Exchange exchange;
  private State state = State.OPEN;

  /** A Pong is on its way; another waits for it, and only the latest is worth sending. */
  private boolean ponging;

  private byte @Nullable [] nextPong;

  private WebSocketHandler(EdgeContext edge, Connection connection, Exchange exchange) {
    this.edge = edge;
    this.connection = connection;
    this.exchange = exchange;
  }

  /** Adds the handlers of a WebSocket to a connection's pipeline. */
  static WebSocketHandler install(EdgeContext edge, Connection connection, Exchange exchange) {
    WebSocketHandler handler = new WebSocketHandler(edge, connection, exchange);
    ChannelPipeline pipeline = connection.channel.pipeline();
    WebSocket13FrameDecoder decoder =
        new WebSocket13FrameDecoder(
            WebSocketDecoderConfig.newBuilder()
                .expectMaskedFrames(true)
                .allowExtensions(false)
                .maxFramePayloadLength(MAX_RECEIVED)
                .closeOnProtocolViolation(false)
                .withUTF8Validator(false)
                .build());
    decoder.setCumulator(connection.kept);
    pipeline.addLast(decoder, handler);
    connection.protocol = handler;
    return handler;
  }

  /** Writes whole frames of the stream; the last of all is its Close. */
  ChannelFuture data(ByteBuf frames, boolean last) {
    if (last && state == State.OPEN) {
      state = State.CLOSE_SENT;
    }
    return connection.channel.write(frames);
  }

  /** The stream breaks off: the peer must not take it for complete. */
  void broken() {
    close(WebSocketCloseStatus.INTERNAL_SERVER_ERROR.code());
  }

  /** The stream is over. */
  void done() {
    if (state == State.CLOSE_SENT) {
      closeLater();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    try {
      switch (message) {
        case PingWebSocketFrame ping -> pong(ByteBufUtil.getBytes(ping.content()));
        case CloseWebSocketFrame close -> closed(close.statusCode());
        default -> {
          // Upstream, too, reads and forgets what a client says.
        }
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof CorruptedWebSocketFrameException corrupted) {
      edge.counters.refused(Counters.Refusal.BAD_FRAME);
      close(corrupted.closeStatus().code());
      exchange.peerGone();
    } else {
      Pump.LOG.log(System.Logger.Level.DEBUG, "connection failed", cause);
      ctx.close();
    }
  }

  /** The streams are asked to finish one by one; the connection ends with its own. */
  @Override
  public void drain() {
    connection.draining = true;
  }

  /** A slow reader answers late, and must not be taken for a dead one. */
  @Override
  public boolean ping() {
    return false;
  }

  private void closed(int status) {
    if (state == State.CLOSE_SENT) {
      state = State.CLOSING;
      connection.channel.close();
      return;
    }
    close(status);
    exchange.peerGone();
  }

  /**
   * @param status what to say; -1 to say nothing
   */
  private void close(int status) {
    if (state == State.CLOSE_SENT) {
      // It was said that this is the end; only what the peer says is still waited for.
      state = State.CLOSING;
      connection.channel.close();
    } else if (state == State.OPEN) {
      state = State.CLOSING;
      ByteBuf frame = connection.channel.alloc().buffer(4).writeByte(FIN_CLOSE);
      if (status < 0) {
        frame.writeByte(0);
      } else {
        frame.writeByte(2).writeShort(status);
      }
      connection.channel.write(frame).addListener(ChannelFutureListener.CLOSE);
      connection.pump.touch(connection);
      closeLater();
    }
  }

  private void closeLater() {
    connection
        .pump
        .loop()
        .schedule(() -> connection.channel.close(), LINGER_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void pong(byte[] payload) {
    if (state != State.OPEN) {
      return;
    }
    if (ponging) {
      nextPong = payload;
      return;
    }
    ponging = true;
    ByteBuf frame = connection.channel.alloc().buffer(2 + payload.length);
    frame.writeByte(FIN_PONG).writeByte(payload.length).writeBytes(payload);
    connection.channel.write(frame).addListener(f -> ponged());
    connection.pump.touch(connection);
  }

  private void ponged() {
    ponging = false;
    byte[] next = nextPong;
    nextPong = null;
    if (next != null) {
      pong(next);
    }
  }
}
