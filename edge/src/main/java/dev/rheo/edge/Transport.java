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
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.EventExecutorChooserFactory.EventExecutorChooser;
import io.netty.util.concurrent.RejectedExecutionHandlers;
import io.netty.util.concurrent.ThreadPerTaskExecutor;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;

/** The sockets and their options: epoll if its native library loads, else NIO. */
final class Transport {

  /**
   * Time that tasks may run before sockets are polled again. Netty's default of a second lets bulk
   * writes starve new connections.
   */
  private static final long TASK_QUANTUM_MILLIS = 5;

  /**
   * Number of sockets that epoll returns before tasks run. A stream that has ended holds its memory
   * until a task has run, and one read can begin and end hundreds.
   */
  private static final int SOCKETS_A_ROUND = 16;

  /**
   * ReadSizes of one socket per round, each of at most {@value #MOST_READ} bytes, a TLS record. One
   * byte may be a whole header field, and other sockets wait. Netty's defaults are 16 reads and 64
   * KiB.
   */
  private static final int READS_A_ROUND = 1;

  /** Difference in connections above which the loop with fewer gets the next. */
  private static final int UNEVEN = 16;

  private static final int LEAST_READ = 64;
  private static final int FIRST_READ = 2 << 10;
  private static final int MOST_READ = 16 << 10;

  /**
   * Bytes read from all sockets before the first is read again. 16 KiB of tiny frames keep a loop
   * busy for milliseconds, and hundreds of sockets may each bring that much.
   */
  private static final int READ_A_TURN = 512 << 10;

  /** Lower bound on the maximum read size, however many sockets send. */
  private static final int SMALLEST_SHARE = 2 << 10;

  /**
   * Unsent bytes that the kernel accepts per connection; otherwise it buffers megabytes for a slow
   * peer.
   */
  private static final int NOT_SENT_LOW_WATER = 128 << 10;

  /**
   * Length of the kernel's accept queue: Linux's default maximum. If it is full, SYNs are dropped
   * and clients retry seconds later.
   */
  private static final int BACKLOG_OF_NEWCOMERS = 4096;

  /** Time after which the kernel hands over a connection whose peer has sent nothing. */
  private static final int SILENCE_SECONDS = 5;

  // A host that vanished is detected after some three minutes.
  private static final int KEEP_ALIVE_IDLE_SECONDS = 60;
  private static final int KEEP_ALIVE_INTERVAL_SECONDS = 15;
  private static final int KEEP_ALIVE_PROBES = 8;

  private final boolean epoll;
  private final EdgeClock clock;
  private final AcceptThrottle acceptance;

  Transport(boolean nativeAllowed, EdgeClock clock, AcceptThrottle acceptance) {
    this.clock = clock;
    this.acceptance = acceptance;
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
    return new QuantumGroup(
        threads, new DefaultThreadFactory(name, true), factory, clock, acceptance);
  }

  /**
   * Chunks of 1 MiB and one arena per loop. Netty's defaults, 4 MiB and two arenas per core, suit
   * servers that have a machine to themselves.
   */
  static PooledByteBufAllocator allocator(int eventLoops) {
    int pageSize = 8192;
    int maxOrder = 7;
    return new PooledByteBufAllocator(true, 1, eventLoops, pageSize, maxOrder, 64, 32, false);
  }

  /**
   * @param perConnection bytes that the pump lets a connection hold, which is the actual bound.
   *     Netty's writability limit is above it, because each change of writability notifies every
   *     stream of the connection, which with 100 streams cost more than sending the bytes.
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
          // The kernel keeps a peer that says nothing to itself.
          .option(EpollChannelOption.TCP_DEFER_ACCEPT, SILENCE_SECONDS)
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

  /**
   * Limits the reads of a socket to its share while many peers send. Call before its first read.
   */
  static void shareReads(Channel channel) {
    if (channel.eventLoop() instanceof Loop loop) {
      channel.config().setRecvByteBufAllocator(loop.reads);
    }
  }

  /** The queue of turns of an event loop; null if it has none. */
  static @Nullable TurnQueue turns(EventLoop eventLoop) {
    return eventLoop instanceof Loop loop ? loop.turns : null;
  }

  /** The handler that gives a connection its turns at decrypted input; null if it needs none. */
  static @Nullable InputTurns inputTurns(Connection connection) {
    TurnQueue turns = turns(connection.channel.eventLoop());
    return turns == null ? null : new InputTurns(connection, turns);
  }

  /** Unsent bytes of a channel in user space, or -1 if it is closed. */
  static long pendingBytes(Channel channel) {
    var buffer = channel.unsafe().outboundBuffer();
    return buffer == null ? -1 : buffer.totalPendingWriteBytes() - buffer.currentProgress();
  }

  /**
   * Time up to which the loop has served all sockets that were ready. It may not have read later
   * input.
   */
  static long caughtUpNanos(EventLoop eventLoop, EdgeClock clock) {
    return eventLoop instanceof Loop loop ? loop.caughtUpNanos : clock.nanoTime();
  }

  /** Netty has only a process-wide property for the task quantum; this sets it for one group. */
  private static final class QuantumGroup extends MultiThreadIoEventLoopGroup {

    QuantumGroup(
        int threads,
        DefaultThreadFactory threadFactory,
        IoHandlerFactory factory,
        EdgeClock clock,
        AcceptThrottle acceptance) {
      super(
          threads,
          new ThreadPerTaskExecutor(threadFactory),
          factory,
          QuantumGroup::chooser,
          clock,
          acceptance);
    }

    /**
     * Newcomers come to the loops in turn, unless one has many more connections than another: it
     * may be behind because of them, and would be the later in learning which of them can be
     * evicted.
     */
    private static EventExecutorChooser chooser(EventExecutor[] executors) {
      AtomicInteger next = new AtomicInteger();
      return () -> {
        Loop chosen = (Loop) executors[Math.floorMod(next.getAndIncrement(), executors.length)];
        Loop least = chosen;
        for (EventExecutor executor : executors) {
          if (((Loop) executor).connections() < least.connections()) {
            least = (Loop) executor;
          }
        }
        return chosen.connections() - least.connections() > UNEVEN ? least : chosen;
      };
    }

    @Override
    protected IoEventLoop newChild(
        Executor executor, IoHandlerFactory ioHandlerFactory, Object... args) {
      // The super constructor calls this before the group could have fields.
      return new Loop(
          this, executor, ioHandlerFactory, (EdgeClock) args[0], (AcceptThrottle) args[1]);
    }
  }

  private static final class Loop extends SingleThreadIoEventLoop {

    private static final int MAX_PENDING_TASKS = Integer.MAX_VALUE;

    /**
     * Pending tasks above which the loop reads no sockets, so that earlier input is processed
     * first.
     */
    private static final int BACKLOG = 256;

    private final EdgeClock clock;
    private long caughtUpNanos;

    /**
     * When the present turn began. A socket that was ready by then is served before the turn ends.
     */
    private long turnNanos;

    private int servedInTurn;
    private boolean socketsWait;

    /** Maximum size of one read. */
    private int mostRead = MOST_READ;

    final RecvByteBufAllocator reads = new ReadSizes(this);
    final TurnQueue turns;

    Loop(
        MultiThreadIoEventLoopGroup parent,
        Executor executor,
        IoHandlerFactory factory,
        EdgeClock clock,
        AcceptThrottle acceptance) {
      super(
          parent,
          executor,
          factory,
          MAX_PENDING_TASKS,
          RejectedExecutionHandlers.reject(),
          TASK_QUANTUM_MILLIS);
      this.clock = clock;
      this.turns = new TurnQueue(this, clock, () -> socketsWait || acceptance.isBusy());
      this.caughtUpNanos = clock.nanoTime();
      this.turnNanos = caughtUpNanos;
    }

    int connections() {
      return getNumOfRegisteredChannels();
    }

    /** The kernel returns sockets in the order in which they became ready. */
    @Override
    protected int runIo() {
      int served = super.runIo();
      servedInTurn += served;
      socketsWait = served == SOCKETS_A_ROUND;
      if (served < SOCKETS_A_ROUND) {
        turnNanos = clock.nanoTime();
        caughtUpNanos = turnNanos;
        turn();
      } else if (servedInTurn > getNumOfRegisteredChannels()) {
        caughtUpNanos = turnNanos;
        turnNanos = clock.nanoTime();
        turn();
      }
      return served;
    }

    /** Ends a turn: all sockets that were ready at its beginning have been served. */
    private void turn() {
      int share = READ_A_TURN / Math.max(1, servedInTurn);
      mostRead = Math.max(SMALLEST_SHARE, Math.min(share, MOST_READ));
      servedInTurn = 0;
    }

    /**
     * Input creates tasks, which hold memory until they have run. A loop that reads faster than it
     * processes would accumulate them without bound.
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

  /** Adapts the read size to what a peer sends, within the limit of the loop. */
  private static final class ReadSizes extends AdaptiveRecvByteBufAllocator {

    private final Loop loop;

    ReadSizes(Loop loop) {
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
