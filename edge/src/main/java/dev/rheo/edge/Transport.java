package dev.rheo.edge;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultSelectStrategyFactory;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.ServerChannel;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.UncheckedBooleanSupplier;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.RejectedExecutionHandlers;
import java.util.concurrent.Executor;
import jdk.net.ExtendedSocketOptions;

/** The sockets: epoll where its native library loads, else NIO; and how they are tuned. */
final class Transport {

  /**
   * How long tasks may run before sockets are polled again; Netty's default of a second lets bulk
   * writes starve new connections.
   */
  private static final long TASK_QUANTUM_MILLIS = 5;

  /**
   * How many sockets are served before tasks run. A stream that has ended holds its memory until a
   * task has run, and one read can begin and end hundreds.
   */
  private static final int SOCKETS_A_ROUND = 8;

  /**
   * And how often each of them is read, and how much at most: a record of TLS. One byte may be a
   * field of a header, and others wait meanwhile. Netty's defaults are 16 and 64 KiB.
   */
  private static final int READS_A_ROUND = 1;

  private static final int LEAST_READ = 64;
  private static final int FIRST_READ = 2 << 10;
  private static final int MOST_READ = 16 << 10;

  /**
   * What is read of all sockets together before the first is read again: 16 KiB of tiny frames keep
   * a loop busy for milliseconds, and hundreds of sockets may bring that much at once.
   */
  private static final int READ_A_TURN = 512 << 10;

  /** However many there are, each may be read so far. */
  private static final int SMALLEST_SHARE = 2 << 10;

  /** Unsent bytes the kernel takes of one connection: else it buffers megabytes for a slow peer. */
  private static final int NOT_SENT_LOW_WATER = 128 << 10;

  /**
   * As many as Linux allows by default: beyond, newcomers are not heard and call again seconds
   * later.
   */
  private static final int BACKLOG_OF_NEWCOMERS = 4096;

  // A host that vanished is noticed after some three minutes.
  private static final int KEEP_ALIVE_IDLE_SECONDS = 60;
  private static final int KEEP_ALIVE_INTERVAL_SECONDS = 15;
  private static final int KEEP_ALIVE_PROBES = 8;

  private final boolean epoll;

  Transport(boolean nativeAllowed) {
    this.epoll = nativeAllowed && Epoll.isAvailable();
  }

  String name() {
    return epoll ? "epoll" : "nio";
  }

  EventLoopGroup group(int threads, String name) {
    IoHandlerFactory factory =
        epoll
            ? EpollIoHandler.newFactory(SOCKETS_A_ROUND, DefaultSelectStrategyFactory.INSTANCE)
            : NioIoHandler.newFactory();
    return new QuantumGroup(threads, new DefaultThreadFactory(name, true), factory);
  }

  /**
   * Chunks of 1 MiB and as many arenas as loops: Netty's defaults of 4 MiB and two arenas a core
   * are sized for servers that are alone on their machine.
   */
  static PooledByteBufAllocator allocator(int eventLoops) {
    int pageSize = 8192;
    int maxOrder = 7;
    return new PooledByteBufAllocator(true, 1, eventLoops, pageSize, maxOrder, 64, 32, false);
  }

  /**
   * @param perConnection bytes that the pump lets a connection hold. That is the bound; Netty's own
   *     notion of writability lies above it, for each time that changes every stream of the
   *     connection is told, which with 100 streams cost more than sending the bytes.
   */
  ServerBootstrap bootstrap(PooledByteBufAllocator allocator, int perConnection) {
    Class<? extends ServerChannel> type =
        epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .channel(type)
            .option(ChannelOption.SO_REUSEADDR, true)
            .option(ChannelOption.SO_BACKLOG, BACKLOG_OF_NEWCOMERS)
            .option(ChannelOption.ALLOCATOR, allocator)
            .childOption(ChannelOption.ALLOCATOR, allocator)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childOption(
                ChannelOption.WRITE_BUFFER_WATER_MARK,
                new WriteBufferWaterMark(perConnection, 2 * perConnection));
    if (epoll) {
      bootstrap
          .childOption(EpollChannelOption.TCP_NOTSENT_LOWAT, (long) NOT_SENT_LOW_WATER)
          .childOption(EpollChannelOption.TCP_KEEPIDLE, KEEP_ALIVE_IDLE_SECONDS)
          .childOption(EpollChannelOption.TCP_KEEPINTVL, KEEP_ALIVE_INTERVAL_SECONDS)
          .childOption(EpollChannelOption.TCP_KEEPCNT, KEEP_ALIVE_PROBES);
    } else {
      bootstrap
          .childOption(
              NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE), KEEP_ALIVE_IDLE_SECONDS)
          .childOption(
              NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL),
              KEEP_ALIVE_INTERVAL_SECONDS)
          .childOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT), KEEP_ALIVE_PROBES);
    }
    return bootstrap;
  }

  /** Reads of this socket no more than its share while many send. Before it is read. */
  static void shareReads(Channel channel) {
    if (channel.eventLoop() instanceof Loop loop) {
      channel.config().setRecvByteBufAllocator(loop.reads);
    }
  }

  /** The bytes that wait in front of the socket, or -1 if the channel is closed. */
  static long pendingBytes(Channel channel) {
    var buffer = channel.unsafe().outboundBuffer();
    return buffer == null ? -1 : buffer.totalPendingWriteBytes() - buffer.currentProgress();
  }

  /**
   * Up to when the loop has served all sockets that were ready: what came later it may not have
   * read.
   */
  static long caughtUpNanos(EventLoop eventLoop) {
    return eventLoop instanceof Loop loop ? loop.caughtUpNanos : System.nanoTime();
  }

  /** The only way to give an event loop another quantum than the process-wide property. */
  private static final class QuantumGroup extends MultiThreadIoEventLoopGroup {

    QuantumGroup(int threads, DefaultThreadFactory threadFactory, IoHandlerFactory factory) {
      super(threads, threadFactory, factory);
    }

    @Override
    protected IoEventLoop newChild(
        Executor executor, IoHandlerFactory ioHandlerFactory, Object... args) {
      return new Loop(this, executor, ioHandlerFactory);
    }
  }

  private static final class Loop extends SingleThreadIoEventLoop {

    private static final int MAX_PENDING_TASKS = Integer.MAX_VALUE;

    /** With more tasks waiting the loop reads no sockets: what it read before comes first. */
    private static final int BACKLOG = 256;

    private long caughtUpNanos = System.nanoTime();

    /** When the present turn began: whoever was ready then is served by its end. */
    private long turnNanos = caughtUpNanos;

    private int servedInTurn;

    /** How much is read of a socket at once. */
    private int mostRead = MOST_READ;

    final RecvByteBufAllocator reads = new Reads(this);

    Loop(MultiThreadIoEventLoopGroup parent, Executor executor, IoHandlerFactory factory) {
      super(
          parent,
          executor,
          factory,
          MAX_PENDING_TASKS,
          RejectedExecutionHandlers.reject(),
          TASK_QUANTUM_MILLIS);
    }

    /** The kernel hands out sockets in the order in which they became ready. */
    @Override
    protected int runIo() {
      int served = super.runIo();
      servedInTurn += served;
      if (served < SOCKETS_A_ROUND) {
        turnNanos = System.nanoTime();
        caughtUpNanos = turnNanos;
        turn();
      } else if (servedInTurn > getNumOfRegisteredChannels()) {
        caughtUpNanos = turnNanos;
        turnNanos = System.nanoTime();
        turn();
      }
      return served;
    }

    /** All sockets that were ready have been served. */
    private void turn() {
      int share = READ_A_TURN / Math.max(1, servedInTurn);
      mostRead = Math.max(SMALLEST_SHARE, Math.min(share, MOST_READ));
      servedInTurn = 0;
    }

    /**
     * What comes from sockets makes tasks, which hold memory until they have run: a loop that reads
     * faster than it works would collect them without end.
     */
    @Override
    protected boolean runAllTasks(long timeoutNanos) {
      boolean ran = super.runAllTasks(timeoutNanos);
      while (ran && pendingTasks() > BACKLOG) {
        ran = super.runAllTasks(timeoutNanos);
      }
      return ran;
    }
  }

  /** Adapts to what a peer sends, within what the loop grants. */
  private static final class Reads extends AdaptiveRecvByteBufAllocator {

    private final Loop loop;

    Reads(Loop loop) {
      super(LEAST_READ, FIRST_READ, MOST_READ);
      this.loop = loop;
      maxMessagesPerRead(READS_A_ROUND);
    }

    @Override
    public Handle newHandle() {
      return new Share((ExtendedHandle) super.newHandle(), loop);
    }
  }

  private static final class Share extends RecvByteBufAllocator.DelegatingHandle
      implements RecvByteBufAllocator.ExtendedHandle {

    private final Loop loop;

    Share(RecvByteBufAllocator.ExtendedHandle adaptive, Loop loop) {
      super(adaptive);
      this.loop = loop;
    }

    @Override
    public int guess() {
      return Math.min(super.guess(), loop.mostRead);
    }

    @Override
    public ByteBuf allocate(ByteBufAllocator allocator) {
      return allocator.ioBuffer(guess());
    }

    @Override
    public boolean continueReading(UncheckedBooleanSupplier maybeMore) {
      return ((RecvByteBufAllocator.ExtendedHandle) delegate()).continueReading(maybeMore);
    }
  }
}
