package dev.rheo.edge;

import dev.rheo.api.status.Status;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/1.1 on one connection. One request is processed at a time. Pipelined requests wait in the
 * {@link Http1Decoder} and reading is paused meanwhile, so at most one read of them waits.
 */
final class Http1Handler extends ChannelInboundHandlerAdapter implements Connection.Protocol {

  /**
   * Time for which input is read and discarded after a refusal, so that a TCP reset does not
   * destroy the refusal. {@link #LINGER_BYTES} limits the bytes.
   */
  private static final Duration LINGER = Duration.ofSeconds(1);

  private static final String[] SCHEMES = {"https://", "http://"};

  private static final long LINGER_BYTES = 4 << 20;

  private final EdgeContext edge;
  private final Connection connection;
  private final Http1Decoder decoder;
  private final Encoder encoder = new Encoder();
  private @Nullable ChannelHandlerContext context;
  private @Nullable Exchange current;
  private boolean closing;

  /** Whether reading is paused because a body waits to be charged. */
  private boolean paused;

  private long lingered;

  private Http1Handler(EdgeContext edge, Connection connection, Http1Decoder decoder) {
    this.edge = edge;
    this.connection = connection;
    this.decoder = decoder;
  }

  static void install(
      ChannelPipeline pipeline, EdgeContext edge, Connection connection, HttpDecoderConfig config) {
    Http1Decoder decoder = new Http1Decoder(config, connection);
    decoder.setCumulator(connection.kept);
    Http1Handler handler = new Http1Handler(edge, connection, decoder);
    connection.protocol = handler;
    pipeline.addLast(decoder, handler.encoder, handler);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (!(message instanceof HttpObject part)) {
      ReferenceCountUtil.release(message);
    } else if (closing) {
      discard(part);
    } else {
      take(ctx, part);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    Connection.failed(ctx, cause);
  }

  @Override
  public void drain() {
    connection.draining = true;
    if (current == null && !closing) {
      connection.channel.close();
    }
  }

  @Override
  public boolean ping() {
    return false;
  }

  private void take(ChannelHandlerContext ctx, HttpObject part) {
    try {
      if (part.decoderResult().isFailure()) {
        undecodable(part.decoderResult().cause());
        return;
      }
      if (part instanceof io.netty.handler.codec.http.HttpRequest head) {
        begin(ctx, head);
      }
      if (part instanceof HttpContent content) {
        Exchange exchange = current;
        if (exchange != null && !exchange.body.isComplete()) {
          exchange.body.data(content.content());
          if (content instanceof LastHttpContent) {
            exchange.body.end();
          }
        }
      }
    } finally {
      ReferenceCountUtil.release(part);
    }
  }

  private void begin(ChannelHandlerContext ctx, io.netty.handler.codec.http.HttpRequest head) {
    HttpHeaders headers = new HttpHeaders();
    for (var field : head.headers()) {
      headers.add(field.getKey(), field.getValue());
    }
    String target = originForm(head.uri());
    String method = head.method().name();
    encoder.toHead = method.equals("HEAD");
    Http1Wire wire = new Http1Wire(ctx, head, connection);
    HttpRequest request;
    HttpResponse form = Refusals.ofForm(method, target);
    HttpResponse refusal = null;
    try {
      request =
          new HttpRequest(
              method,
              form == null ? target : "/",
              headers,
              head.protocolVersion().text(),
              connection.remote(),
              connection.clientCertificate,
              edge.clock.nanoTime());
      refusal = objection(head, target);
      if (refusal == null) {
        refusal = form;
      }
    } catch (IllegalArgumentException e) {
      request =
          new HttpRequest(
              method,
              "/",
              headers,
              head.protocolVersion().text(),
              connection.remote(),
              null,
              edge.clock.nanoTime());
      refusal = Refusals.badRequest(String.valueOf(e.getMessage()));
    }
    long declared = HttpUtil.getContentLength(head, -1L);
    boolean hasBody = declared > 0 || HttpUtil.isTransferEncodingChunked(head);
    Exchange exchange = new Exchange(edge, request, wire);
    wire.exchange = exchange;
    current = exchange;
    if (refusal != null) {
      if (refusal.status() >= 400) {
        edge.counters.refused(Counters.Refusal.BAD_REQUEST);
        // Client and server may disagree about the rest of the input, too.
        wire.wantsKeepAlive = false;
      }
      exchange.beginRefused(hasBody, refusal);
    } else {
      exchange.begin(hasBody, declared, HttpUtil.is100ContinueExpected(head));
    }
  }

  private @Nullable HttpResponse objection(
      io.netty.handler.codec.http.HttpRequest head, String target) {
    if (target.length() > edge.settings.limits().targetBytes()) {
      return Refusals.targetTooLong();
    }
    List<String> hosts = head.headers().getAll(HttpHeaderNames.HOST);
    boolean hostNeeded = head.protocolVersion().equals(HttpVersion.HTTP_1_1);
    if (hosts.size() > 1 || (hosts.isEmpty() && hostNeeded)) {
      return Refusals.badRequest("exactly one Host header is needed");
    }
    if (!hosts.isEmpty() && !isHost(hosts.getFirst())) {
      return Refusals.badRequest("malformed Host header");
    }
    List<String> codings = head.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING);
    if (codings.size() > 1
        || (!codings.isEmpty()
            && !HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(codings.getFirst()))) {
      return Refusals.badRequest("chunked is the only transfer coding that is understood");
    }
    String expect = head.headers().get(HttpHeaderNames.EXPECT);
    if (expect != null && !HttpHeaderValues.CONTINUE.contentEqualsIgnoreCase(expect)) {
      return Refusals.of(
          Status.failure(417, "ExpectationFailed", "the expectation cannot be met", null));
    }
    return null;
  }

  /** Whether all characters are allowed in an authority (RFC 3986 §3.2). */
  private static boolean isHost(String host) {
    for (int i = 0; i < host.length(); i++) {
      char c = host.charAt(i);
      boolean alphanumeric = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
      if (!alphanumeric && "-._~!$&'()*+,;=:[]%@".indexOf(c) < 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * Reduces the absolute form, which proxies send, to path and query (RFC 9112 §3.2.2). Its
   * authority overrides the Host field, which makes no difference here.
   */
  private static String originForm(String uri) {
    int authority = afterScheme(uri);
    if (authority < 0) {
      return uri;
    }
    for (int i = authority; i < uri.length(); i++) {
      char c = uri.charAt(i);
      if (c == '/') {
        return uri.substring(i);
      }
      if (c == '?' || c == '#') {
        return "/" + uri.substring(i);
      }
    }
    return "/";
  }

  private static int afterScheme(String uri) {
    for (String scheme : SCHEMES) {
      if (uri.regionMatches(true, 0, scheme, 0, scheme.length())) {
        return scheme.length();
      }
    }
    return -1;
  }

  private void undecodable(Throwable cause) {
    Exchange exchange = current;
    if (exchange != null) {
      // The body is damaged: a chunk size, a chunk extension, or a trailer.
      edge.counters.refused(Counters.Refusal.BAD_REQUEST);
      exchange.refuse(Refusals.badRequest("the chunks of the body are malformed"));
      return;
    }
    boolean tooLong = cause instanceof TooLongFrameException;
    edge.counters.refused(
        tooLong ? Counters.Refusal.HEADER_TOO_LARGE : Counters.Refusal.BAD_REQUEST);
    HttpResponse refusal;
    if (cause instanceof Http1Decoder.UnsupportedVersionException) {
      refusal = Refusals.unsupportedVersion();
    } else if (cause instanceof TooLongHttpLineException) {
      refusal = Refusals.targetTooLong();
    } else if (tooLong) {
      refusal = Refusals.headerTooLarge();
    } else {
      refusal = Refusals.badRequest("this is not an HTTP request");
    }
    ChannelHandlerContext ctx = context;
    if (ctx == null) {
      return;
    }
    byte[] bytes = refusal.bytes();
    ByteBuf content = bytes == null ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(bytes);
    DefaultFullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(refusal.status()), content);
    refusal.headers().forEach((name, value) -> response.headers().add(name, value));
    HttpUtil.setContentLength(response, content.readableBytes());
    response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    ctx.writeAndFlush(response);
    linger();
  }

  private void ended(Exchange exchange, boolean reusable) {
    if (current != exchange) {
      return;
    }
    current = null;
    if (!connection.channel.isActive()) {
      return;
    }
    if (!exchange.body.isComplete()) {
      linger();
      return;
    }
    if (!reusable || connection.draining) {
      closing = true;
      connection.channel.close();
      return;
    }
    // As a task, because recursion over a long pipeline of requests would exhaust the stack.
    connection.pump.loop().execute(this::takeNext);
  }

  private void takeNext() {
    ChannelHandlerContext ctx = context;
    if (ctx == null || ctx.isRemoved() || closing) {
      return;
    }
    try {
      decoder.next(ctx.pipeline().context(decoder));
    } catch (Exception e) {
      exceptionCaught(ctx, e);
      return;
    }
    readOn();
  }

  private void readOn() {
    if (!paused && !decoder.waits()) {
      connection.wantInput(true);
    }
  }

  private void linger() {
    closing = true;
    connection.wantInput(true);
    edge.clock.schedule(connection.pump.loop(), () -> connection.channel.close(), LINGER);
  }

  private void discard(HttpObject part) {
    if (part instanceof HttpContent content) {
      lingered += content.content().readableBytes();
      if (lingered > LINGER_BYTES || content instanceof LastHttpContent) {
        connection.channel.close();
      }
    }
    ReferenceCountUtil.release(part);
  }

  /** Replaces the HTTP handlers by those of the protocol that the response switches to. */
  private SwitchedProtocol switchProtocol(ChannelHandlerContext ctx, Exchange exchange) {
    current = null;
    Tunnel tunnel = exchange.tunnel;
    SwitchedProtocol socket =
        tunnel != null
            ? TunnelHandler.install(connection, tunnel)
            : WebSocketHandler.install(edge, connection, exchange);
    ctx.pipeline().remove(this);
    ctx.pipeline().remove(encoder);
    // On removal the decoder passes its undecoded bytes to the handlers that follow.
    ctx.pipeline().remove(decoder);
    return socket;
  }

  /** An encoder that knows that a response to HEAD has no body, whatever its header fields say. */
  private static final class Encoder extends HttpResponseEncoder {

    private boolean toHead;

    @Override
    protected boolean isContentAlwaysEmpty(io.netty.handler.codec.http.HttpResponse response) {
      boolean informational = response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
      return (toHead && !informational) || super.isContentAlwaysEmpty(response);
    }
  }

  private final class Http1Wire extends Wire {

    private final ChannelHandlerContext ctx;
    private final boolean http11;
    private boolean wantsKeepAlive;
    private boolean keepAlive;
    private boolean delimitedByClose;
    @Nullable Exchange exchange;
    private @Nullable SwitchedProtocol socket;

    Http1Wire(
        ChannelHandlerContext ctx,
        io.netty.handler.codec.http.HttpRequest head,
        Connection connection) {
      super(connection);
      this.ctx = ctx;
      this.http11 = head.protocolVersion().isKeepAliveDefault();
      this.wantsKeepAlive = HttpUtil.isKeepAlive(head);
    }

    @Override
    Future<?> head(int status, HttpHeaders headers, long length, boolean noBody) {
      DefaultHttpResponse response =
          new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status));
      headers.forEach((name, value) -> response.headers().add(name, value));
      Exchange mine = exchange;
      if (status == HttpResponseStatus.SWITCHING_PROTOCOLS.code() && mine != null) {
        ChannelFuture switched = ctx.write(response);
        if (!decoder.waits()) {
          socket = switchProtocol(ctx, mine);
        } else {
          // The client sent bytes before the response, and it is unknown in which protocol.
          connection().closeHard();
        }
        return switched;
      }
      keepAlive =
          wantsKeepAlive && !connection().draining && mine != null && mine.body.isComplete();
      if (length >= 0) {
        if (status != 204 && status != 304) {
          response.headers().set(HttpHeaderNames.CONTENT_LENGTH, Long.toString(length));
        }
      } else if (http11) {
        HttpUtil.setTransferEncodingChunked(response, true);
      } else {
        delimitedByClose = true;
        keepAlive = false;
      }
      if (!keepAlive) {
        response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
      } else if (!http11) {
        response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
      }
      ChannelFuture written = ctx.write(response);
      return noBody ? ctx.write(LastHttpContent.EMPTY_LAST_CONTENT) : written;
    }

    @Override
    ChannelFuture data(ByteBuf bytes, boolean last) {
      if (socket != null) {
        return socket.data(bytes, last);
      }
      return ctx.write(last ? new DefaultLastHttpContent(bytes) : new DefaultHttpContent(bytes));
    }

    @Override
    ChannelFuture end() {
      if (socket != null) {
        return socket.data(Unpooled.EMPTY_BUFFER, true);
      }
      return ctx.write(LastHttpContent.EMPTY_LAST_CONTENT);
    }

    @Override
    void cut(Cut why) {
      keepAlive = false;
      if (why == Cut.BROKEN && socket != null) {
        socket.broken();
      } else if (why == Cut.BROKEN && !delimitedByClose) {
        // The written bytes arrive, and the missing last chunk shows that they are not all.
        ctx.flush();
        ctx.close();
      } else {
        connection().closeHard();
      }
    }

    @Override
    boolean refuse() {
      return false;
    }

    @Override
    long streamWindow() {
      return Long.MAX_VALUE;
    }

    @Override
    long connectionWindow() {
      return Long.MAX_VALUE;
    }

    @Override
    void pauseInput() {
      paused = true;
      connection.wantInput(false);
    }

    @Override
    void resumeInput() {
      paused = false;
      readOn();
    }

    @Override
    void askForBody() {
      ctx.writeAndFlush(
          new DefaultFullHttpResponse(
              HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER));
    }

    @Override
    void done(boolean complete) {
      Exchange mine = exchange;
      if (socket != null) {
        socket.done();
      } else if (mine != null) {
        ended(mine, complete && keepAlive);
      }
    }
  }
}
