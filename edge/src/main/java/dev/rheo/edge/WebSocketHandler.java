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
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A connection that was upgraded to a WebSocket. It sends one stream of events. It receives the
 * closing handshake and pings; other messages are discarded.
 *
 * <pre>
 *   OPEN ──last frame of the stream, a Close──▶ CLOSE_SENT ──peer's Close, or 1 s──────────▶ closed
 *    │                                                                                        ▲
 *    └──peer's Close, bad frame or broken stream: sends a Close──▶ CLOSING ──written, or 1 s──┘
 * </pre>
 */
final class WebSocketHandler extends ChannelInboundHandlerAdapter implements SwitchedProtocol {

  private enum State {
    OPEN,
    CLOSE_SENT,
    CLOSING
  }

  /** Maximum payload of a received frame. A watch client has nothing to send. */
  static final int MAX_RECEIVED = 4 << 10;

  /** How long to wait for the peer after a Close was sent. */
  private static final Duration LINGER = Duration.ofSeconds(1);

  private static final int FIN_CLOSE = 0x88;
  private static final int FIN_PONG = 0x8a;

  private final EdgeContext edge;
  private final Connection connection;
  private final Exchange exchange;
  private State state = State.OPEN;

  /** Whether a Pong is being written. Only the latest Ping that arrives meanwhile is answered. */
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

  /** Writes whole frames of the stream. The last frame of the stream is its Close. */
  @Override
  public ChannelFuture data(ByteBuf frames, boolean last) {
    if (last && state == State.OPEN) {
      state = State.CLOSE_SENT;
    }
    return connection.channel.write(frames);
  }

  /** Ends a stream that broke off, so that the peer does not take it for complete. */
  @Override
  public void broken() {
    close(WebSocketCloseStatus.INTERNAL_SERVER_ERROR.code());
  }

  /** Called at the end of the stream; waits for the peer's Close. */
  @Override
  public void done() {
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
          // Upstream, too, discards messages from a client.
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
      Connection.failed(ctx, cause);
    }
  }

  /**
   * Only marks the connection: the drain finishes each stream, and the connection ends with its
   * stream.
   */
  @Override
  public void drain() {
    connection.draining = true;
  }

  /** No WebSocket ping: a slow reader answers late and must not be taken for a dead one. */
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
   * @param status the status code to send; -1 for none
   */
  private void close(int status) {
    if (state == State.CLOSE_SENT) {
      // Our Close was sent, so only the peer's Close was outstanding.
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
    edge.clock.schedule(connection.pump.loop(), () -> connection.channel.close(), LINGER);
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
