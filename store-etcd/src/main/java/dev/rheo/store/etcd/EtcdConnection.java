package dev.rheo.store.etcd;

import dev.rheo.store.StoreException;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.ByteArrayInputStream;
import java.net.ConnectException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The connections to the members of an etcd cluster, one each, made when they are needed.
 *
 * <p>Calls go to the members in turn. A member that cannot be reached is left out as long as
 * another can. A call that changes nothing is tried on the next member when one is unavailable; a
 * call that may change something is so only if it was not sent.
 *
 * <p>Thread-safe. Calls block.
 */
final class EtcdConnection implements AutoCloseable {
  /** The largest answer that is taken in: an object, or a page of them. */
  private static final int LARGEST_ANSWER = 64 << 20;

  /** What of a stream is on its way, or waits for its reader. */
  private static final int WINDOW = 1 << 20;

  private static final long KEEP_ALIVE_SECONDS = 10;

  /** A member that hangs is given up after this part of the time that a read has. */
  private static final int ATTEMPTS = 3;

  /** Between two attempts to reach members that have failed; gRPC alone waits for minutes. */
  private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private static final long FIRST_PAUSE_MS = 20;
  private static final long LONGEST_PAUSE_MS = 500;

  private static final Metadata.Key<String> TOKEN =
      Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> HAS_LEADER =
      Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);

  /** A member, and the connection to it. */
  record Member(URI address, ManagedChannel channel) {
    boolean fails() {
      return channel.getState(false) == ConnectivityState.TRANSIENT_FAILURE;
    }

    @Override
    public String toString() {
      return address.toString();
    }
  }

  private final EtcdSettings settings;
  private final EtcdCalls calls;
  private final MultiThreadIoEventLoopGroup loops;
  private final List<Member> members = new ArrayList<>();
  private final AtomicInteger turn = new AtomicInteger();
  private final AtomicLong retried = new AtomicLong(System.nanoTime());
  private final Object login = new Object();
  private volatile @Nullable String token;
  private volatile boolean closed;

  EtcdConnection(EtcdSettings settings, EtcdCalls calls) throws StoreException {
    this.settings = settings;
    this.calls = calls;
    SslContext tls = settings.secure() ? tls(settings.tls()) : null;
    loops =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("etcd", true), NioIoHandler.newFactory());
    for (URI address : settings.endpoints()) {
      members.add(new Member(address, channel(address, tls)));
    }
  }

  private ManagedChannel channel(URI address, @Nullable SslContext tls) {
    String host = address.getHost().replaceAll("[\\[\\]]", "");
    NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress(host, address.getPort() < 0 ? 2379 : address.getPort())
            .eventLoopGroup(loops)
            .channelType(NioSocketChannel.class)
            .maxInboundMessageSize(LARGEST_ANSWER)
            .flowControlWindow(WINDOW)
            .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
            .keepAliveTimeout(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
            .disableRetry();
    return (tls == null ? builder.usePlaintext() : builder.sslContext(tls)).build();
  }

  private static SslContext tls(EtcdSettings.@Nullable Tls tls) throws StoreException {
    try {
      SslContextBuilder context = GrpcSslContexts.forClient();
      if (tls != null && tls.authorities() != null) {
        context.trustManager(new ByteArrayInputStream(tls.authorities()));
      }
      if (tls != null && tls.key() != null) {
        context.keyManager(tls.key());
      }
      return context.build();
    } catch (SSLException | IllegalArgumentException e) {
      throw new StoreException("the certificates for etcd cannot be used: " + e.getMessage(), e);
    }
  }

  List<Member> members() {
    return members;
  }

  /** The member whose turn it is; one that fails only if all do. */
  Member next() {
    int first = Math.floorMod(turn.getAndIncrement(), members.size());
    for (int i = 0; i < members.size(); i++) {
      Member member = members.get((first + i) % members.size());
      if (!member.fails()) {
        return member;
      }
    }
    long before = retried.get();
    long now = System.nanoTime();
    if (now - before > RETRY_NANOS && retried.compareAndSet(before, now)) {
      members.forEach(member -> member.channel().resetConnectBackoff());
    }
    return members.get(first);
  }

  /** Makes a call that changes nothing. */
  <Q, A> A read(MethodDescriptor<Q, A> method, Q request) {
    return read(method, request, settings.patience());
  }

  /** As {@link #read}, with a time of its own. */
  <Q, A> A read(MethodDescriptor<Q, A> method, Q request, Duration patience) {
    return call(null, method, request, true, patience);
  }

  /** Makes a call that may change something. */
  <Q, A> A write(MethodDescriptor<Q, A> method, Q request) {
    return call(null, method, request, false, settings.patience());
  }

  /** Asks a certain member. */
  <Q, A> A ask(Member member, MethodDescriptor<Q, A> method, Q request) {
    return call(member, method, request, false, settings.patience());
  }

  private <Q, A> A call(
      @Nullable Member wanted,
      MethodDescriptor<Q, A> method,
      Q request,
      boolean again,
      Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    long most = again && members.size() > 1 ? patience.toNanos() / ATTEMPTS : patience.toNanos();
    long pause = FIRST_PAUSE_MS;
    boolean loggedIn = false;
    while (true) {
      Member member = wanted == null ? next() : wanted;
      String used = null;
      try {
        used = token();
        long left = Math.clamp(deadline - System.nanoTime(), 1, most);
        return counted(authorized(member.channel(), used), method, left, request);
      } catch (StatusRuntimeException e) {
        boolean early = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(pause) < deadline;
        if (e.getStatus().getCode() == Status.Code.UNAUTHENTICATED
            && settings.user() != null
            && !loggedIn) {
          loggedIn = true;
          forget(used);
        } else if (!closed && early && wanted == null && (again ? passes(e) : unsent(e))) {
          pause(pause);
          pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
        } else {
          throw e;
        }
      }
    }
  }

  private <Q, A> A counted(Channel channel, MethodDescriptor<Q, A> method, long nanos, Q request) {
    long begun = System.nanoTime();
    boolean failed = true;
    try {
      A answer =
          ClientCalls.blockingUnaryCall(
              channel,
              method,
              CallOptions.DEFAULT.withDeadlineAfter(nanos, TimeUnit.NANOSECONDS),
              request);
      failed = false;
      return answer;
    } finally {
      calls.ended(String.valueOf(method.getBareMethodName()), failed, System.nanoTime() - begun);
    }
  }

  /** Opens a stream to the member whose turn it is, which must know a leader. */
  <Q, A> ClientCall<Q, A> stream(MethodDescriptor<Q, A> method, CallOptions options) {
    Metadata headers = new Metadata();
    headers.put(HAS_LEADER, "true");
    return ClientInterceptors.intercept(
            authorized(next().channel(), token()),
            MetadataUtils.newAttachHeadersInterceptor(headers))
        .newCall(method, options);
  }

  /** Whether another member may do better. */
  private static boolean passes(StatusRuntimeException e) {
    return e.getStatus().getCode() == Status.Code.UNAVAILABLE
        || e.getStatus().getCode() == Status.Code.DEADLINE_EXCEEDED;
  }

  /** Whether a request has not reached a member, because no connection could be made. */
  private static boolean unsent(StatusRuntimeException e) {
    for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof ConnectException) {
        return true;
      }
    }
    return false;
  }

  private static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Status.CANCELLED.withDescription("interrupted").asRuntimeException();
    }
  }

  // --- Authentication.

  private static Channel authorized(Channel channel, @Nullable String token) {
    if (token == null) {
      return channel;
    }
    Metadata headers = new Metadata();
    headers.put(TOKEN, token);
    return ClientInterceptors.intercept(
        channel, MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  boolean logsIn() {
    return settings.user() != null;
  }

  private @Nullable String token() {
    EtcdSettings.User user = settings.user();
    if (user == null) {
      return null;
    }
    String known = token;
    if (known == null) {
      synchronized (login) {
        known = token;
        if (known == null) {
          known =
              ClientCalls.blockingUnaryCall(
                      next().channel(),
                      EtcdApi.AUTHENTICATE,
                      CallOptions.DEFAULT.withDeadlineAfter(
                          settings.patience().toNanos(), TimeUnit.NANOSECONDS),
                      new Messages.Login(user.name(), user.password()))
                  .token();
          token = known;
        }
      }
    }
    return known;
  }

  /** The token is not taken any more: they live for minutes, and not through a restart. */
  private void forget(@Nullable String used) {
    synchronized (login) {
      if (used != null && used.equals(token)) {
        token = null;
      }
    }
  }

  boolean closed() {
    return closed;
  }

  @Override
  public void close() {
    closed = true;
    for (Member member : members) {
      member.channel().shutdownNow();
    }
    boolean ignored = true;
    try {
      for (Member member : members) {
        ignored &= member.channel().awaitTermination(5, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    loops.shutdownGracefully(0, 5, TimeUnit.SECONDS);
  }
}
