package dev.rheo.storm.net;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Blocking HTTP/1.1 requests that return complete responses. Each call reuses an idle connection or
 * opens one. Thread-safe; meant for virtual threads.
 */
public final class Calls implements AutoCloseable {
  /** Largest response body. {@code /metrics} of a large kube-apiserver has several megabytes. */
  private static final int MAX_ANSWER = 32 << 20;

  /**
   * Connections idle for longer are not reused. Servers close idle connections, kube-apiserver
   * after 90 s.
   */
  private static final long IDLE_NANOS = 20_000_000_000L;

  private record Idle(Channel channel, long since) {}

  private final Network network;
  private final Deque<Idle> idle = new ArrayDeque<>();

  public Calls(Network network) {
    this.network = network;
  }

  private static final String JSON = "application/json";

  public Answer get(String path, Duration timeout) throws IOException, InterruptedException {
    return call(HttpMethod.GET, path, JSON, null, timeout);
  }

  /** Sends a GET with the given {@code Accept} header. */
  public Answer get(String path, String accept, Duration timeout)
      throws IOException, InterruptedException {
    return call(HttpMethod.GET, path, accept, null, timeout);
  }

  public Answer post(String path, byte[] json, Duration timeout)
      throws IOException, InterruptedException {
    return call(HttpMethod.POST, path, JSON, json, timeout);
  }

  public Answer put(String path, byte[] json, Duration timeout)
      throws IOException, InterruptedException {
    return call(HttpMethod.PUT, path, JSON, json, timeout);
  }

  public Answer delete(String path, Duration timeout) throws IOException, InterruptedException {
    return call(HttpMethod.DELETE, path, JSON, null, timeout);
  }

  private Answer call(
      HttpMethod method, String path, String accept, byte @Nullable [] json, Duration timeout)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    Channel kept = takeIdle();
    if (kept != null) {
      try {
        return exchange(kept, method, path, accept, json, deadline);
      } catch (ClosedEarlyException e) {
        // The server closed the connection, probably while it was idle, but it may have executed
        // the request. A repeated GET or DELETE is harmless; a repeated POST or PUT is not.
        if (method == HttpMethod.POST || method == HttpMethod.PUT) {
          throw e;
        }
      }
    }
    return exchange(connect(deadline), method, path, accept, json, deadline);
  }

  private @Nullable Channel takeIdle() {
    synchronized (idle) {
      for (Idle kept = idle.pollLast(); kept != null; kept = idle.pollLast()) {
        Channel channel = kept.channel();
        if (channel.isActive() && System.nanoTime() - kept.since() < IDLE_NANOS) {
          return channel;
        }
        channel.close();
      }
      return null;
    }
  }

  private Channel connect(long deadline) throws IOException, InterruptedException {
    CompletableFuture<Channel> ready = new CompletableFuture<>();
    Bootstrap bootstrap =
        network
            .bootstrap(Network.READ_BYTES)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    SslHandler tls = network.tls(channel, false);
                    if (tls != null) {
                      channel.pipeline().addLast(tls);
                      tls.handshakeFuture()
                          .addListener(done -> complete(ready, channel, done.cause()));
                    }
                    channel
                        .pipeline()
                        .addLast(
                            new HttpClientCodec(),
                            new HttpObjectAggregator(MAX_ANSWER),
                            new Waiting());
                  }
                });
    ChannelFuture connecting = bootstrap.connect();
    connecting.addListener(
        done -> {
          if (!done.isSuccess() || !network.access().tls()) {
            complete(ready, connecting.channel(), done.cause());
          }
        });
    try {
      return await(ready, deadline);
    } catch (IOException | InterruptedException e) {
      connecting.channel().close();
      throw e;
    }
  }

  private static void complete(
      CompletableFuture<Channel> ready, Channel channel, @Nullable Throwable cause) {
    if (cause == null) {
      ready.complete(channel);
    } else {
      ready.completeExceptionally(cause);
    }
  }

  private Answer exchange(
      Channel channel,
      HttpMethod method,
      String path,
      String accept,
      byte @Nullable [] json,
      long deadline)
      throws IOException, InterruptedException {
    Waiting waiting = channel.pipeline().get(Waiting.class);
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    var request =
        new DefaultFullHttpRequest(
            HttpVersion.HTTP_1_1,
            method,
            network.access().path() + path,
            json == null ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(json));
    Requests.addHeaders(request.headers(), network.access(), accept);
    if (json != null) {
      request.headers().set(HttpHeaderNames.CONTENT_TYPE, JSON);
      request.headers().set(HttpHeaderNames.CONTENT_LENGTH, json.length);
    }
    waiting.expect(answer);
    channel
        .writeAndFlush(request)
        .addListener(
            written -> {
              if (!written.isSuccess()) {
                answer.completeExceptionally(new ClosedEarlyException(written.cause()));
              }
            });
    boolean kept = false;
    try {
      Answer got = await(answer, deadline);
      kept = waiting.keepAlive;
      return got;
    } finally {
      if (kept) {
        synchronized (idle) {
          idle.addLast(new Idle(channel, System.nanoTime()));
        }
      } else {
        channel.close();
      }
    }
  }

  private static <T> T await(CompletableFuture<T> future, long deadline)
      throws IOException, InterruptedException {
    try {
      return future.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new TimedOutException();
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof IOException io) {
        throw io;
      }
      throw new IOException(cause == null ? e : cause);
    }
  }

  @Override
  public void close() {
    synchronized (idle) {
      idle.forEach(kept -> kept.channel().close());
      idle.clear();
    }
  }

  /** No connection or no response before the deadline. */
  public static final class TimedOutException extends IOException {
    private static final long serialVersionUID = 1;

    TimedOutException() {
      super("no answer in time");
    }
  }

  /** The connection was closed before the response arrived. */
  static final class ClosedEarlyException extends IOException {
    private static final long serialVersionUID = 1;

    ClosedEarlyException(@Nullable Throwable cause) {
      super("the connection was closed before an answer came", cause);
    }
  }

  /** Completes the future of the call that waits for this connection's response. */
  private static final class Waiting extends SimpleChannelInboundHandler<FullHttpResponse> {
    private volatile @Nullable CompletableFuture<Answer> waiting;
    private volatile boolean keepAlive;

    void expect(CompletableFuture<Answer> answer) {
      waiting = answer;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpResponse response) {
      CompletableFuture<Answer> answer = waiting;
      if (answer == null) {
        ctx.close();
        return;
      }
      waiting = null;
      keepAlive = HttpUtil.isKeepAlive(response);
      answer.complete(
          new Answer(
              response.status().code(),
              Requests.retryAfter(response.headers().get(HttpHeaderNames.RETRY_AFTER)),
              ByteBufUtil.getBytes(response.content())));
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      fail(new ClosedEarlyException(null));
      ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      fail(cause);
      ctx.close();
    }

    private void fail(Throwable cause) {
      CompletableFuture<Answer> answer = waiting;
      if (answer != null) {
        answer.completeExceptionally(cause);
      }
    }
  }
}
