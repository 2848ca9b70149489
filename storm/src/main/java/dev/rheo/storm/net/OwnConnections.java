package dev.rheo.storm.net;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.util.function.Consumer;

/** Sends each request over an HTTP/1.1 connection of its own. */
public final class OwnConnections implements Streams {
  private static final int MAX_LINE = 4096;
  private static final int MAX_HEADERS = 32 << 10;

  private static final int READS_PER_SECOND = 10;
  private static final int MIN_READ_BYTES = 512;

  private final Network network;
  private final int readBytes;
  private final ChannelGroup open = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

  /**
   * @param rate bytes per second at which a response will be read, or 0 for no limit; a socket read
   *     takes about a tenth of it
   */
  public OwnConnections(Network network, long rate) {
    this.network = network;
    this.readBytes =
        rate == 0
            ? Network.READ_BYTES
            : Math.clamp(rate / READS_PER_SECOND, MIN_READ_BYTES, Network.READ_BYTES);
  }

  @Override
  public void get(String path, String accept, Consumer<Stream> starting, StreamHandler handler) {
    var request =
        new DefaultFullHttpRequest(
            HttpVersion.HTTP_1_1,
            HttpMethod.GET,
            network.access().path() + path,
            Unpooled.EMPTY_BUFFER);
    Requests.addHeaders(request.headers(), network.access(), accept);
    // Without "Connection: close", although the connection is not reused: once a server closes,
    // what it has sent is read at once, without back-pressure.
    Exchange exchange = new Exchange(request, starting, handler);
    ChannelFuture connecting =
        network
            .bootstrap(readBytes)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    open.add(channel);
                    ChannelPipeline pipeline = channel.pipeline();
                    SslHandler tls = network.tls(channel, false);
                    if (tls != null) {
                      pipeline.addLast(tls);
                    }
                    pipeline.addLast(codec(), exchange);
                  }
                })
            .connect();
    connecting.addListener(
        done -> {
          if (!done.isSuccess()) {
            exchange.broken(done.cause());
          }
        });
  }

  private static HttpClientCodec codec() {
    HttpDecoderConfig config =
        new HttpDecoderConfig()
            .setMaxInitialLineLength(MAX_LINE)
            .setMaxHeaderSize(MAX_HEADERS)
            .setMaxChunkSize(Network.READ_BYTES);
    return new HttpClientCodec(config, false, false);
  }

  @Override
  public void close() {
    open.close();
  }

  private final class Exchange extends ChannelInboundHandlerAdapter implements Stream {
    private final DefaultFullHttpRequest request;
    private final Consumer<Stream> starting;
    private final StreamHandler handler;
    private Channel channel;
    private boolean over;

    @SuppressWarnings("NullAway.Init") // handlerAdded sets the channel before any event
    Exchange(DefaultFullHttpRequest request, Consumer<Stream> starting, StreamHandler handler) {
      this.request = request;
      this.starting = starting;
      this.handler = handler;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
      channel = ctx.channel();
      starting.accept(this);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      if (!network.access().tls()) {
        ctx.writeAndFlush(request);
      }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof SslHandshakeCompletionEvent handshake) {
        if (handshake.isSuccess()) {
          ctx.writeAndFlush(request);
        } else {
          broken(handshake.cause());
        }
      }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      try {
        if (message instanceof HttpResponse response && !over) {
          if (response.decoderResult().isFailure()) {
            broken(response.decoderResult().cause());
            return;
          }
          handler.head(
              response.status().code(),
              Requests.retryAfter(response.headers().get(HttpHeaderNames.RETRY_AFTER)));
        }
        if (message instanceof HttpContent content && !over) {
          if (content.decoderResult().isFailure()) {
            broken(content.decoderResult().cause());
            return;
          }
          if (content.content().isReadable()) {
            handler.data(content.content());
          }
          if (message instanceof LastHttpContent && !over) {
            over = true;
            handler.end();
            ctx.close();
          }
        }
      } finally {
        ReferenceCountUtil.release(message);
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
        over = true;
        // The channel is null if there was no file descriptor for it.
        Channel made = channel;
        if (made != null) {
          made.close();
        }
        handler.failed(cause);
      }
    }

    @Override
    public EventLoop loop() {
      return channel.eventLoop();
    }

    @Override
    public boolean inLoop() {
      return loop().inEventLoop();
    }

    @Override
    public void reading(boolean wanted) {
      channel.config().setAutoRead(wanted);
    }

    @Override
    public void cancel() {
      over = true;
      channel.close();
    }
  }
}
