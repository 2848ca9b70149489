package dev.rheo.edge;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/2 stream: one request and its response.
 *
 * <p>A request begins when the read that brought its header is complete, or when bytes of its body
 * arrive or too many headers wait. So a request that is reset in the same read (CVE-2023-44487)
 * costs no more than its frames.
 */
final class Http2StreamHandler extends ChannelInboundHandlerAdapter {

  private final EdgeContext edge;
  private final Connection connection;
  private final Http2Connections.Flow flow;
  private @Nullable Exchange exchange;

  /** The header of a request that has not begun. */
  private @Nullable Http2HeadersFrame header;

  private boolean gone;

  Http2StreamHandler(EdgeContext edge, Connection connection, Http2Connections.Flow flow) {
    this.edge = edge;
    this.connection = connection;
    this.flow = flow;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    try {
      if (message instanceof Http2HeadersFrame frame) {
        if (exchange == null && header == null) {
          if (!gone) {
            header = frame;
            if (flow.announced(frame.headers().size())) {
              begun(ctx);
            }
          }
        } else if (frame.isEndStream()) {
          // Trailers are ignored.
          Exchange known = begun(ctx);
          if (known != null) {
            known.body.end();
          }
        }
      } else if (message instanceof Http2DataFrame frame) {
        Exchange known = begun(ctx);
        if (known != null) {
          known.body.data(frame.content());
          if (frame.isEndStream()) {
            known.body.end();
          }
        }
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    begun(ctx);
  }

  private @Nullable Exchange begun(ChannelHandlerContext ctx) {
    Http2HeadersFrame frame = header;
    if (frame != null) {
      header = null;
      try {
        begin(ctx, frame);
      } finally {
        flow.begunOrGone(frame.headers().size());
      }
    }
    return exchange;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
    if (event instanceof Http2ResetFrame) {
      gone();
    }
    super.userEventTriggered(ctx, event);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    gone();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    Pump.LOG.log(System.Logger.Level.DEBUG, "stream failed", cause);
    gone();
    // The codec resets the stream after a protocol error, with the error's own code.
    if (!(cause instanceof Http2Exception)) {
      ctx.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.INTERNAL_ERROR));
      ctx.close();
    }
  }

  private void gone() {
    gone = true;
    Http2HeadersFrame frame = header;
    if (frame != null) {
      header = null;
      flow.begunOrGone(frame.headers().size());
    }
    Exchange known = exchange;
    if (known != null) {
      known.peerGone();
    }
  }

  private void begin(ChannelHandlerContext ctx, Http2HeadersFrame frame) {
    Http2Headers fields = frame.headers();
    HttpHeaders headers = new HttpHeaders();
    if (fields.authority() != null) {
      headers.add("host", fields.authority().toString());
    }
    for (var field : fields) {
      String name = field.getKey().toString();
      if (!name.startsWith(":")) {
        headers.add(name, field.getValue().toString());
      }
    }
    String method = String.valueOf(fields.method());
    String target = String.valueOf(fields.path());
    HttpRequest request;
    HttpResponse form = Refusals.ofForm(method, target);
    HttpResponse refusal = form;
    try {
      request =
          new HttpRequest(
              method,
              form == null ? target : "/",
              headers,
              "HTTP/2.0",
              connection.remote(),
              connection.clientCertificate,
              edge.clock.nanoTime());
      if (target.length() > edge.settings.limits().targetBytes()) {
        refusal = Refusals.targetTooLong();
      }
    } catch (IllegalArgumentException e) {
      request =
          new HttpRequest(
              method, "/", headers, "HTTP/2.0", connection.remote(), null, edge.clock.nanoTime());
      refusal = Refusals.badRequest(String.valueOf(e.getMessage()));
    }
    Http2Wire wire = new Http2Wire((Http2StreamChannel) ctx.channel(), connection, flow);
    Exchange begun = new Exchange(edge, request, wire);
    wire.exchange = begun;
    exchange = begun;
    flow.opened(wire.streamId, begun);
    boolean hasBody = !frame.isEndStream();
    if (refusal != null) {
      if (refusal.status() >= 400) {
        edge.counters.refused(Counters.Refusal.BAD_REQUEST);
      }
      begun.beginRefused(hasBody, refusal);
      return;
    }
    String expect = headers.get("expect");
    begun.begin(hasBody, declared(headers), "100-continue".equalsIgnoreCase(expect));
    double chance = edge.settings.limits().goAwayChance();
    if (chance > 0 && ThreadLocalRandom.current().nextDouble() < chance) {
      flow.drain();
    }
  }

  /** The codec has checked that it is a number, and checks it against the body. */
  private static long declared(HttpHeaders headers) {
    String length = headers.get("content-length");
    try {
      return length == null ? -1 : Long.parseLong(length);
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  private static final class Http2Wire extends Wire {

    private final Http2StreamChannel channel;
    private final Http2Connections.Flow flow;
    final int streamId;
    @Nullable Exchange exchange;

    Http2Wire(Http2StreamChannel channel, Connection connection, Http2Connections.Flow flow) {
      super(connection);
      this.channel = channel;
      this.flow = flow;
      this.streamId = channel.stream().id();
    }

    @Override
    Future<?> head(int status, HttpHeaders headers, long length, boolean noBody) {
      Http2Headers fields = new DefaultHttp2Headers(false, 16);
      fields.status(Integer.toString(status));
      headers.forEach((name, value) -> fields.add(name.toLowerCase(Locale.ROOT), value));
      if (length >= 0 && status != 204 && status != 304) {
        fields.add("content-length", Long.toString(length));
      }
      return channel.write(new DefaultHttp2HeadersFrame(fields, noBody));
    }

    @Override
    ChannelFuture data(ByteBuf bytes, boolean last) {
      return channel.write(new DefaultHttp2DataFrame(bytes, last));
    }

    @Override
    ChannelFuture end() {
      return channel.write(new DefaultHttp2DataFrame(Unpooled.EMPTY_BUFFER, true));
    }

    @Override
    void cut(Cut why) {
      channel.write(
          new DefaultHttp2ResetFrame(
              why == Cut.BROKEN ? Http2Error.INTERNAL_ERROR : Http2Error.CANCEL));
    }

    @Override
    void abandon() {
      channel.close();
    }

    @Override
    boolean refuse() {
      channel.write(new DefaultHttp2ResetFrame(Http2Error.REFUSED_STREAM));
      return true;
    }

    @Override
    long streamWindow() {
      return flow.streamWindow(streamId);
    }

    @Override
    long connectionWindow() {
      return flow.connectionWindow();
    }

    @Override
    void pauseInput() {
      channel.config().setAutoRead(false);
    }

    @Override
    void resumeInput() {
      channel.config().setAutoRead(true);
    }

    @Override
    void askForBody() {
      Http2Headers fields = new DefaultHttp2Headers(false, 1);
      fields.status("100");
      channel.writeAndFlush(new DefaultHttp2HeadersFrame(fields, false));
    }

    @Override
    void done(boolean complete) {
      flow.closed(streamId);
      // Unread body bytes are read and dropped; otherwise they would stay in memory.
      channel.config().setAutoRead(true);
      Exchange mine = exchange;
      if (complete && mine != null && !mine.body.isComplete()) {
        // The response is complete before the request: the client need not send the rest (RFC 9113
        // §8.1).
        channel.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.NO_ERROR));
      }
    }
  }
}
