package dev.rheo.edge;

import dev.rheo.edge.ledger.Ledger;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The HTTPS front end of the server. It accepts connections, terminates TLS, parses requests,
 * passes each to the {@link Handler} on a virtual thread, and sends the response at the pace of the
 * peer.
 *
 * <p>All of its memory is bounded: bytes drawn and not sent by {@link EdgeSettings}, all else by
 * the {@link Ledger}. At a limit, {@link RequestAdmission} evicts requests that wait for a stalled
 * peer. Failing that, a request waits briefly and is then refused with 429 and {@code Retry-After}.
 *
 * <p>Life cycle: {@link #start}, optionally {@link #drain}, {@link #close}. Thread-safe.
 */
public final class Edge implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(Edge.class.getName());
  private static final Duration SHUTDOWN = Duration.ofSeconds(5);

  /** Maximum wait for idle connections to close by themselves at the end of a drain. */
  private static final Duration FAREWELL = Duration.ofMillis(1500);

  /** An event loop and the objects that belong to it. */
  private record Lane(EventLoop loop, Pump pump, Watchdog watchdog, RequestAdmission room) {}

  static {
    // By default Netty records stack traces for a sample of buffers. Tests set the property to
    // track all.
    if (System.getProperty("io.netty.leakDetection.level") == null) {
      ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
    }
  }

  private final EdgeSettings settings;
  private final boolean nativeAllowed;
  private final TlsMaterial material;
  private final EdgeContext context;
  private final Transport transport;
  private final Tls tls;
  private final PooledByteBufAllocator allocator;
  private final Map<EventLoop, Lane> lanes = new IdentityHashMap<>();
  private @Nullable EventLoopGroup acceptors;
  private @Nullable EventLoopGroup workers;
  private @Nullable Channel listener;
  private boolean closed;

  /** Uses native libraries if they load and the JVM permits it without a warning. */
  public Edge(EdgeSettings settings, Ledger ledger, TlsMaterial material, Handler handler) {
    this(
        settings,
        ledger,
        material,
        handler,
        Edge.class.getModule().isNativeAccessEnabled(),
        EdgeClock.SYSTEM);
  }

  /**
   * @param nativeAllowed false to use NIO and the JDK's TLS even if the native libraries load
   */
  Edge(
      EdgeSettings settings,
      Ledger ledger,
      TlsMaterial material,
      Handler handler,
      boolean nativeAllowed,
      EdgeClock clock) {
    this.settings = settings;
    this.nativeAllowed = nativeAllowed;
    this.material = material;
    this.context = new EdgeContext(settings, ledger, handler, clock);
    this.transport = new Transport(nativeAllowed, clock, context.acceptance);
    this.tls = new Tls(nativeAllowed);
    this.allocator = Transport.allocator(settings.eventLoops());
  }

  /**
   * Starts to listen.
   *
   * @return the address, with the actual port
   * @throws BindException if it cannot listen there; the message names the address and the reason
   * @throws IOException if TLS cannot be set up
   */
  public synchronized InetSocketAddress start() throws IOException {
    if (closed || workers != null) {
      throw new IllegalStateException("started before");
    }
    EventLoopGroup workerGroup = transport.group(settings.eventLoops(), "edge");
    EventLoopGroup acceptorGroup = transport.group(1, "edge-accept");
    workers = workerGroup;
    acceptors = acceptorGroup;
    for (EventExecutor executor : workerGroup) {
      EventLoop loop = (EventLoop) executor;
      Pump pump =
          new Pump(
              loop,
              context.clock,
              allocator,
              context.outgoing,
              settings.budgets(),
              context.counters);
      Watchdog watchdog = new Watchdog(context, pump);
      RequestAdmission room = new RequestAdmission(context, loop, watchdog.connections());
      context.rooms.add(room);
      lanes.put(loop, new Lane(loop, pump, watchdog, room));
      watchdog.start();
    }
    ConnectionInitializer initializer =
        new ConnectionInitializer(
            context,
            tls.serverContext(material),
            this::connection,
            channel -> lane(channel).watchdog());
    ChannelFuture bound =
        transport
            .bootstrap(allocator, Math.toIntExact(settings.budgets().outgoingPerConnection()))
            .group(acceptorGroup, workerGroup)
            .handler(context.acceptance)
            .childHandler(initializer)
            .bind(settings.listen())
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      close();
      throw cannotListen(bound.cause());
    }
    listener = bound.channel();
    boolean expected =
        !nativeAllowed || (transport.name().equals("epoll") && tls.name().equals("boringssl"));
    LOG.log(
        expected ? System.Logger.Level.DEBUG : System.Logger.Level.INFO,
        "transport {0}, TLS {1}{2}",
        transport.name(),
        tls.name(),
        expected ? "" : ": no native library fits this platform, which costs more CPU");
    return (InetSocketAddress) bound.channel().localAddress();
  }

  private BindException cannotListen(@Nullable Throwable cause) {
    String host = settings.listen().getHostString();
    String reason =
        settings.listen().isUnresolved()
            ? "no such host is known"
            // The native transport puts the name and the number of the error before its words.
            : String.valueOf(cause == null ? null : cause.getMessage())
                .replaceFirst("^.*error\\(-?\\d+\\): ", "");
    String authority = host.indexOf(':') < 0 ? host : "[" + host + "]";
    BindException failed =
        new BindException(
            "cannot listen on %s:%s: %s"
                .formatted(authority, Integer.toString(settings.listen().getPort()), reason));
    failed.initCause(cause);
    return failed;
  }

  /**
   * Drains the server. It stops accepting connections and tells clients to send no new requests
   * (GOAWAY, {@code Connection: close}). It asks long-running bodies to {@link Body#finish()},
   * spread over at most two seconds, less if there are few, so that their clients do not all
   * reconnect at once. It cuts those whose peers do not read their end. It waits until no request
   * is running, and then briefly for the connections to end, so that {@link #close} need not reset
   * them.
   *
   * @param atMost maximum total wait
   * @return whether all requests have completed
   */
  public boolean drain(Duration atMost) throws InterruptedException {
    return drain(Drain.spread(context.counters.longRunning.sum(), atMost), atMost);
  }

  /**
   * @param spread period over which the long-running bodies are asked to finish
   */
  boolean drain(Duration spread, Duration atMost) throws InterruptedException {
    Channel listening;
    List<Lane> all;
    synchronized (this) {
      listening = listener;
      all = new ArrayList<>(lanes.values());
    }
    if (listening == null) {
      return true;
    }
    context.draining = true;
    listening.close().awaitUninterruptibly();
    for (Lane lane : all) {
      lane.loop().execute(() -> new Drain(lane.pump(), lane.watchdog(), spread).start());
    }
    long until = context.clock.nanoTime() + atMost.toNanos();
    boolean idle = await(context.idle(), atMost);
    if (idle) {
      Duration left = Duration.ofNanos(until - context.clock.nanoTime());
      await(context.unconnected(), left.compareTo(FAREWELL) < 0 ? left : FAREWELL);
    }
    return idle;
  }

  private boolean await(CompletableFuture<Void> future, Duration atMost)
      throws InterruptedException {
    CompletableFuture<Boolean> done = future.thenApply(ended -> true);
    context.clock.giveUpAfter(done, atMost);
    try {
      return done.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Closes everything that is still open. Blocks for some seconds at most. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    context.draining = true;
    Channel listening = listener;
    if (listening != null) {
      listening.close().awaitUninterruptibly();
    }
    for (Lane lane : lanes.values()) {
      // End streams before the loop shuts down, so that their bodies are closed.
      lane.loop().submit(() -> closeAll(lane)).awaitUninterruptibly(SHUTDOWN.toMillis());
    }
    shutDown(acceptors);
    shutDown(workers);
    await(acceptors);
    await(workers);
  }

  private static void closeAll(Lane lane) {
    for (Connection connection : new ArrayList<>(lane.watchdog().connections())) {
      connection.closed();
      connection.closeHard();
    }
    lane.pump().close();
  }

  private static void shutDown(@Nullable EventLoopGroup group) {
    if (group != null) {
      group.shutdownGracefully(0, SHUTDOWN.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private static void await(@Nullable EventLoopGroup group) {
    if (group != null) {
      group.terminationFuture().awaitUninterruptibly(SHUTDOWN.toMillis());
    }
  }

  public EdgeStats stats() {
    Counters counters = context.counters;
    Map<String, EdgeStats.Usage> budgets = new LinkedHashMap<>();
    budgets.put(
        "outgoing", new EdgeStats.Usage(context.outgoing.get(), settings.budgets().outgoing()));
    context
        .ledger
        .usage()
        .forEach(
            (name, usage) -> budgets.put(name, new EdgeStats.Usage(usage.used(), usage.limit())));
    return new EdgeStats(
        transport.name(),
        tls.name(),
        context.connections.get(),
        counters.connectionsTotal.sum(),
        counters.streams.sum(),
        counters.longRunning.sum(),
        counters.requestsTotal.sum(),
        counters.bytesIn.sum(),
        counters.bytesOut.sum(),
        counters.turns.sum(),
        budgets,
        counters.stalls(),
        counters.timeouts(),
        counters.refusals());
  }

  /** Bytes of allocated buffers, for tests. */
  long pinnedBytes() {
    return allocator.pinnedDirectMemory() + allocator.pinnedHeapMemory();
  }

  private Connection connection(Channel channel) {
    Lane lane = lane(channel);
    return new Connection(channel, lane.pump(), lane.room());
  }

  private Lane lane(Channel channel) {
    Lane lane = lanes.get(channel.eventLoop());
    if (lane == null) {
      throw new IllegalStateException("a connection on a foreign event loop");
    }
    return lane;
  }
}
