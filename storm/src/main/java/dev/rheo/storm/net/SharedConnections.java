package dev.rheo.storm.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2SettingsFrame;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Streams responses over few HTTP/2 connections, as client-go does. Another connection is opened
 * when all have as many streams as the server admits.
 */
public final class SharedConnections implements Streams {
  /** Flow-control window of a stream in Go's HTTP/2 client. */
  private static final int MAX_STREAM_WINDOW = 4 << 20;

  private static final int MIN_STREAM_WINDOW = 64 << 10;

  /**
   * Sum of the windows of all streams, which bounds the memory for paused streams. With more than
   * 1,536 streams {@link #MIN_STREAM_WINDOW} applies, and the sum is larger.
   */
  private static final int ALL_STREAM_WINDOWS = 96 << 20;

  /** Large enough that a paused stream does not block the others of its connection. */
  private static final int CONNECTION_WINDOW = 1 << 30;

  private static final int DEFAULT_WINDOW = 65_535;

  private final Network network;
  private final int streamWindow;

  // Guarded by this.
  private final List<Connection> connections = new ArrayList<>();
  private final Deque<Request> waiting = new ArrayDeque<>();
  private boolean closed;

  /**
   * @param streams most concurrent streams; the more streams, the smaller the flow-control window
   *     of each
   */
  public SharedConnections(Network network, int streams) {
    this.network = network;
    this.streamWindow =
        Math.clamp(ALL_STREAM_WINDOWS / streams, MIN_STREAM_WINDOW, MAX_STREAM_WINDOW);
  }

  private record Request(Http2Headers headers, Consumer<Stream> starting, StreamHandler handler) {}

  @Override
  public void get(String path, String accept, Consumer<Stream> starting, StreamHandler handler) {
    Http2Headers headers =
        new DefaultHttp2Headers()
            .method("GET")
            .scheme("https")
            .authority(network.access().authority())
            .path(network.access().path() + path)
            .set("user-agent", Requests.USER_AGENT)
            .set("accept", accept);
    String token = network.access().token().token();
    if (token != null) {
      headers.set("authorization", "Bearer " + token);
    }
    synchronized (this) {
      waiting.add(new Request(headers, starting, handler));
    }
    assign();
  }

  /**
   * Assigns waiting requests to connections with free streams; if there is none, opens a connection
   * unless one is being opened.
   */
  private synchronized void assign() {
    while (!waiting.isEmpty() && !closed) {
      Connection free = null;
      boolean opening = false;
      for (Connection connection : connections) {
        opening |= connection.limit < 0;
        if (connection.used < connection.limit) {
          free = connection;
          break;
        }
      }
      if (free == null) {
        if (!opening) {
          open();
        }
        return;
      }
      free.used++;
      free.start(waiting.remove());
    }
  }

  private void open() {
    Connection connection = new Connection();
    connections.add(connection);
    network
        .bootstrap(Network.READ_BYTES)
        .handler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                connection.channel = channel;
                ChannelPipeline pipeline = channel.pipeline();
                SslHandler tls = network.tls(channel, true);
                if (tls != null) {
                  pipeline.addLast(tls);
                }
                Http2FrameCodec codec =
                    Http2FrameCodecBuilder.forClient()
                        .initialSettings(
                            Http2Settings.defaultSettings()
                                .pushEnabled(false)
                                .initialWindowSize(streamWindow))
                        .validateHeaders(false)
                        .build();
                pipeline.addLast(
                    codec,
                    new Window(codec),
                    new Http2MultiplexHandler(new ChannelInboundHandlerAdapter()),
                    connection);
              }
            })
        .connect()
        .addListener(
            done -> {
              if (!done.isSuccess()) {
                connection.broken(done.cause());
              }
            });
  }

  private synchronized void ready(Connection connection, long limit) {
    connection.limit = (int) Math.min(limit, Integer.MAX_VALUE);
    assign();
  }

  private synchronized void released(Connection connection) {
    connection.used--;
    assign();
  }

  /** Removes a connection. If it failed before it was ready, all waiting requests fail with it. */
  private void gone(Connection connection, Throwable cause) {
    List<Request> lost = List.of();
    synchronized (this) {
      connections.remove(connection);
      boolean neverWorked = connection.limit < 0;
      connection.limit = 0;
      if (neverWorked) {
        lost = List.copyOf(waiting);
        waiting.clear();
      }
    }
    for (Request request : lost) {
      network.group().next().execute(() -> request.handler().failed(cause));
    }
    assign();
  }

  @Override
  public void close() {
    List<Connection> all;
    synchronized (this) {
      closed = true;
      all = List.copyOf(connections);
    }
    for (Connection connection : all) {
      Channel channel = connection.channel;
      if (channel != null) {
        channel.close();
      }
    }
  }

  /** Enlarges the connection's flow-control window after the TLS handshake. */
  private static final class Window extends ChannelDuplexHandler {
    private final Http2FrameCodec codec;

    Window(Http2FrameCodec codec) {
      this.codec = codec;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
      if (event instanceof SslHandshakeCompletionEvent handshake && handshake.isSuccess()) {
        enlarge();
        ctx.flush();
      }
      super.userEventTriggered(ctx, event);
    }

    private void enlarge() throws Http2Exception {
      var http2 = codec.connection();
      http2
          .local()
          .flowController()
          .incrementWindowSize(http2.connectionStream(), CONNECTION_WINDOW - DEFAULT_WINDOW);
    }
  }

  private final class Connection extends ChannelInboundHandlerAdapter {
    private volatile @Nullable Channel channel;

    /**
     * Most concurrent streams that the server admits; -1 until its SETTINGS arrive. Guarded by the
     * outer object.
     */
    private int limit = -1;

    /** Guarded by the outer object. */
    private int used;

    private boolean over;

    void start(Request request) {
      Channel parent = channel;
      if (parent == null) {
        throw new IllegalStateException("not connected");
      }
      Exchange exchange = new Exchange(this, request);
      new Http2StreamChannelBootstrap(parent)
          .handler(exchange)
          .open()
          .addListener(
              done -> {
                if (!done.isSuccess()) {
                  exchange.broken(done.cause());
                }
              });
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      if (message instanceof Http2SettingsFrame settings) {
        Long streams = settings.settings().maxConcurrentStreams();
        if (streams != null || limit < 0) {
          ready(this, streams == null ? Integer.MAX_VALUE : streams);
        }
      } else if (message instanceof Http2GoAwayFrame) {
        // Open streams continue; new ones use another connection.
        ready(this, 0);
        synchronized (SharedConnections.this) {
          connections.remove(this);
        }
      }
      ReferenceCountUtil.release(message);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof SslHandshakeCompletionEvent handshake) {
        SslHandler tls = ctx.pipeline().get(SslHandler.class);
        if (!handshake.isSuccess()) {
          broken(handshake.cause());
        } else if (!ApplicationProtocolNames.HTTP_2.equals(tls.applicationProtocol())) {
          broken(new IOException("the server does not offer HTTP/2: use --connections own"));
          ctx.close();
        }
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      broken(new IOException("the connection was closed"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      broken(cause);
      ctx.close();
    }

    void broken(Throwable cause) {
      if (!over) {
        over = true;
        gone(this, cause);
      }
    }
  }

  private final class Exchange extends ChannelInboundHandlerAdapter implements Stream {
    private final Connection connection;
    private final Request request;
    private @Nullable Channel channel;
    private boolean over;

    Exchange(Connection connection, Request request) {
      this.connection = connection;
      this.request = request;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
      channel = ctx.channel();
      request.starting().accept(this);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      ctx.writeAndFlush(new DefaultHttp2HeadersFrame(request.headers(), true));
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      try {
        if (over) {
          return;
        }
        if (message instanceof Http2HeadersFrame frame) {
          CharSequence status = frame.headers().status();
          if (status != null) {
            request
                .handler()
                .head(
                    Integer.parseInt(status.toString()),
                    Requests.retryAfter(frame.headers().get("retry-after")));
          }
          endIf(frame.isEndStream());
        } else if (message instanceof Http2DataFrame frame) {
          if (frame.content().isReadable()) {
            request.handler().data(frame.content());
          }
          endIf(frame.isEndStream());
        }
      } finally {
        ReferenceCountUtil.release(message);
      }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      // The codec delivers RST_STREAM as a user event.
      if (event instanceof Http2ResetFrame reset) {
        broken(new IOException("the server reset the stream, error code " + reset.errorCode()));
      }
      ctx.fireUserEventTriggered(event);
    }

    private void endIf(boolean last) {
      if (last && !over) {
        over();
        request.handler().end();
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      broken(new IOException("the connection was closed"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      broken(cause);
    }

    void broken(Throwable cause) {
      if (!over) {
        over();
        close();
        request.handler().failed(cause);
      }
    }

    private void over() {
      over = true;
      released(connection);
    }

    private void close() {
      Channel stream = channel;
      if (stream != null) {
        stream.close();
      }
    }

    @Override
    public EventLoop loop() {
      Channel stream = channel;
      return stream == null ? network.group().next() : stream.eventLoop();
    }

    @Override
    public boolean inLoop() {
      return loop().inEventLoop();
    }

    @Override
    public void reading(boolean wanted) {
      Channel stream = channel;
      if (stream != null) {
        stream.config().setAutoRead(wanted);
      }
    }

    @Override
    public void cancel() {
      if (!over) {
        over();
        Channel stream = channel;
        if (stream != null && stream.isActive()) {
          stream.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.CANCEL));
        }
        close();
      }
    }
  }
}
