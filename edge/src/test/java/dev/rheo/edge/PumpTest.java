package dev.rheo.edge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.edge.ledger.Ledger;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The pump on a real event loop, with peers that read when the test says so. */
class PumpTest {

  private final EventLoopGroup group =
      new Transport(true, EdgeClock.SYSTEM, new AcceptThrottle()).group(1, "pump-test");
  private final EventLoop loop = group.next();
  private final AtomicLong outgoing = new AtomicLong();
  private final RequestAdmission room =
      new RequestAdmission(
          new EdgeContext(
              EdgeSettings.defaults(new InetSocketAddress(0)),
              new Ledger(Ledger.Limits.roomy()),
              request -> HttpResponse.empty(200),
              EdgeClock.SYSTEM),
          new EmbeddedChannel().eventLoop(),
          Set.of());
  private final Counters counters = new Counters();
  private Pump pump = pump(EdgeSettings.Budgets.defaults(), EdgeClock.SYSTEM);

  private Pump pump(EdgeSettings.Budgets budgets, EdgeClock clock) {
    return new Pump(loop, clock, UnpooledByteBufAllocator.DEFAULT, outgoing, budgets, counters);
  }

  @AfterEach
  void stop() throws Exception {
    onLoop(
        () -> {
          pump.close();
          return null;
        });
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  /** A connection whose peer accepts what is flushed while {@link #reads} is true. */
  private final class Peer extends ChannelOutboundHandlerAdapter {
    final ArrayDeque<ChannelPromise> written = new ArrayDeque<>();
    final EmbeddedChannel channel = new EmbeddedChannel(this);
    final Connection connection = new Connection(channel, pump, room);
    boolean reads = true;
    long connectionWindow = Long.MAX_VALUE;

    @Override
    public void flush(ChannelHandlerContext ctx) {
      if (reads) {
        takeAll();
      }
    }

    void takeAll() {
      for (ChannelPromise p = written.poll(); p != null; p = written.poll()) {
        p.setSuccess();
      }
    }
  }

  private final class FakeWire extends Wire {
    final Peer peer;
    final AtomicLong received = new AtomicLong();
    final AtomicInteger ends = new AtomicInteger();
    final AtomicInteger cuts = new AtomicInteger();
    long window = Long.MAX_VALUE;

    FakeWire(Peer peer) {
      super(peer.connection);
      this.peer = peer;
    }

    @Override
    boolean refuse() {
      return false;
    }

    @Override
    Future<?> head(int status, HttpHeaders headers, long length, boolean noBody) {
      throw new UnsupportedOperationException();
    }

    @Override
    ChannelFuture data(ByteBuf bytes, boolean last) {
      received.addAndGet(bytes.readableBytes());
      window -= bytes.readableBytes();
      peer.connectionWindow -= bytes.readableBytes();
      assertThat(window).isNotNegative();
      assertThat(peer.connectionWindow).isNotNegative();
      if (last) {
        ends.incrementAndGet();
      }
      bytes.release();
      ChannelPromise promise = peer.channel.newPromise();
      peer.written.add(promise);
      return promise;
    }

    @Override
    ChannelFuture end() {
      ends.incrementAndGet();
      return peer.channel.newSucceededFuture();
    }

    @Override
    void cut(Cut why) {
      cuts.incrementAndGet();
    }

    @Override
    long streamWindow() {
      return window;
    }

    @Override
    long connectionWindow() {
      return peer.connectionWindow;
    }

    @Override
    void pauseInput() {}

    @Override
    void resumeInput() {}

    @Override
    void askForBody() {}

    @Override
    void done(boolean complete) {}
  }

  /** Endless bytes, until told to stop. */
  private static final class Endless implements Body {
    volatile boolean stop;
    final AtomicInteger closed = new AtomicInteger();

    @Override
    public void onReady(Runnable wake) {}

    @Override
    public State draw(ByteBuf out) {
      if (stop) {
        return State.END;
      }
      out.writeZero(out.writableBytes());
      return State.MORE;
    }

    @Override
    public void close() {
      closed.incrementAndGet();
    }
  }

  /** Endless bytes, each draw of which takes time. */
  private static final class Costly implements Body {
    private final Random random;
    private final ManualClock clock;

    Costly(Random random, ManualClock clock) {
      this.random = random;
      this.clock = clock;
    }

    @Override
    public void onReady(Runnable wake) {}

    @Override
    public State draw(ByteBuf out) {
      clock.spend(random.nextLong(Pump.DRAIN_NANOS));
      out.writeZero(out.writableBytes());
      return State.MORE;
    }

    @Override
    public void close() {}
  }

  private record Stream(BodyStream drawn, FakeWire wire, AtomicInteger done) {}

  private Stream start(Body body, Peer peer) {
    FakeWire wire = new FakeWire(peer);
    AtomicInteger done = new AtomicInteger();
    BodyStream drawn = new BodyStream(pump, body, wire, false, complete -> done.incrementAndGet());
    pump.start(drawn);
    return new Stream(drawn, wire, done);
  }

  private <T> T onLoop(Callable<T> task) throws Exception {
    return EdgeFixture.onLoop(loop, task);
  }

  private void await(String what, BooleanSupplier condition) {
    EdgeFixture.awaitOnLoop(loop, what, condition);
  }

  /** Lets the streams run for a while. None may get two turns more than another. */
  private void allGetTheSame(List<Stream> streams) throws Exception {
    await("bytes", () -> streams.getFirst().wire.received.get() > 20L * Pump.TURN);
    onLoop(
        () -> {
          long least = streams.stream().mapToLong(s -> s.wire.received.get()).min().orElseThrow();
          long most = streams.stream().mapToLong(s -> s.wire.received.get()).max().orElseThrow();
          assertThat(most - least).isLessThanOrEqualTo(2L * Pump.TURN);
          streams.forEach(s -> s.drawn.cancel());
          return null;
        });
  }

  @Test
  void readersOfTheSameSpeedGetTheSame() throws Exception {
    List<Stream> streams = new ArrayList<>();
    onLoop(
        () -> {
          for (int i = 0; i < 50; i++) {
            streams.add(start(new Endless(), new Peer()));
          }
          return null;
        });
    allGetTheSame(streams);
  }

  @Test
  void streamsOfOneConnectionGetTheSame() throws Exception {
    List<Stream> streams = new ArrayList<>();
    onLoop(
        () -> {
          Peer peer = new Peer();
          for (int i = 0; i < 100; i++) {
            streams.add(start(new Endless(), peer));
          }
          return null;
        });
    allGetTheSame(streams);
  }

  /**
   * Slow bodies end the drain at a different one of the blocked streams each time. No stream may
   * lose its turn over that.
   */
  @Test
  void streamsOfOneConnectionGetTheSameThoughDrainsEndEarly() throws Exception {
    List<Stream> streams = new ArrayList<>();
    ManualClock clock = new ManualClock();
    pump = pump(EdgeSettings.Budgets.defaults(), clock);
    onLoop(
        () -> {
          Peer peer = new Peer();
          Random random = new Random(1);
          for (int i = 0; i < 30; i++) {
            streams.add(start(new Costly(random, clock), peer));
          }
          return null;
        });
    allGetTheSame(streams);
  }

  @Test
  void aStalledReaderHoldsItsShareAndDelaysNobody() throws Exception {
    List<Stream> stalled = new ArrayList<>();
    List<Stream> reading = new ArrayList<>();
    onLoop(
        () -> {
          for (int i = 0; i < 20; i++) {
            Peer peer = new Peer();
            peer.reads = false;
            stalled.add(start(new Endless(), peer));
            reading.add(start(new Endless(), new Peer()));
          }
          return null;
        });
    await("bytes", () -> reading.stream().allMatch(s -> s.wire.received.get() > 20L * Pump.TURN));
    onLoop(
        () -> {
          assertThat(stalled).allMatch(s -> s.wire.received.get() <= Pump.TURN);
          assertThat(outgoing.get()).isLessThanOrEqualTo(40L * Pump.TURN);
          Stream resumed = stalled.getFirst();
          resumed.wire.peer.reads = true;
          resumed.wire.peer.takeAll();
          return null;
        });
    await("resumed", () -> stalled.getFirst().wire.received.get() > 5L * Pump.TURN);
    onLoop(
        () -> {
          reading.forEach(s -> s.drawn.cancel());
          stalled.forEach(s -> s.drawn.cancel());
          stalled.forEach(s -> s.wire.peer.takeAll());
          assertThat(outgoing).hasValue(0);
          return null;
        });
  }

  @Test
  void howeverManyStallThereIsRoomForThoseThatRead() throws Exception {
    long budget = 8 << 20;
    pump = pump(new EdgeSettings.Budgets(budget, 256 << 10), EdgeClock.SYSTEM);
    int count = 2000;
    List<Stream> stalled = new ArrayList<>();
    onLoop(
        () -> {
          for (int i = 0; i < count; i++) {
            Peer peer = new Peer();
            peer.reads = false;
            stalled.add(start(new Endless(), peer));
          }
          return null;
        });
    await(
        "all blocked",
        () -> stalled.stream().allMatch(s -> s.drawn.state == BodyStream.State.BLOCKED));
    assertThat(outgoing.get()).isLessThanOrEqualTo(budget + (long) count * Pump.LEAST);
    Stream reader = onLoop(() -> start(new Endless(), new Peer()));
    await("reader reads", () -> reader.wire.received.get() > 10L * Pump.TURN);
    onLoop(
        () -> {
          reader.drawn.cancel();
          stalled.forEach(s -> s.drawn.cancel());
          stalled.forEach(s -> s.wire.peer.takeAll());
          assertThat(outgoing).hasValue(0);
          return null;
        });
  }

  @Test
  void oneConnectionHoldsItsShareHoweverManyStreamsItHas() throws Exception {
    Peer peer = onLoop(Peer::new);
    List<Stream> streams = new ArrayList<>();
    onLoop(
        () -> {
          peer.reads = false;
          for (int i = 0; i < 100; i++) {
            streams.add(start(new Endless(), peer));
          }
          return null;
        });
    await(
        "all blocked",
        () -> streams.stream().allMatch(s -> s.drawn.state == BodyStream.State.BLOCKED));
    assertThat(peer.connection.outstanding).isLessThanOrEqualTo(256 << 10);
    // Once the first bytes are accepted, each stream gets its turn.
    onLoop(
        () -> {
          peer.reads = true;
          peer.takeAll();
          return null;
        });
    await("all served", () -> streams.stream().allMatch(s -> s.wire.received.get() > 0));
    onLoop(
        () -> {
          streams.forEach(s -> s.drawn.cancel());
          peer.takeAll();
          return null;
        });
  }

  @Test
  void neverMoreThanTheWindowsAdmit() throws Exception {
    Peer peer = onLoop(Peer::new);
    List<Stream> streams = new ArrayList<>();
    int count = 10;
    onLoop(
        () -> {
          peer.connectionWindow = 100_000;
          for (int i = 0; i < count; i++) {
            Stream stream = start(new Endless(), peer);
            stream.wire.window = 1000L * (i + 1);
            streams.add(stream);
          }
          return null;
        });
    long all = 1000L * count * (count + 1) / 2;
    await(
        "windows used", () -> streams.stream().mapToLong(s -> s.wire.received.get()).sum() == all);
    // FakeWire.data asserts that no window is exceeded. From here the connection's window is the
    // limit.
    onLoop(
        () -> {
          for (Stream stream : streams) {
            stream.wire.window += 1_000_000;
            pump.windowOpened(stream.drawn);
          }
          return null;
        });
    await("connection's used", () -> peer.connectionWindow == 0);
    onLoop(
        () -> {
          peer.connectionWindow += 5_000_000;
          streams.forEach(s -> pump.windowOpened(s.drawn));
          return null;
        });
    await("connection's used again", () -> peer.connectionWindow == 0);
    onLoop(
        () -> {
          streams.forEach(s -> s.drawn.cancel());
          return null;
        });
  }

  /** Yields a few bytes whenever there are any. */
  private static final class Events implements Body {
    final AtomicLong offered = new AtomicLong();
    final AtomicLong taken = new AtomicLong();
    final AtomicInteger draws = new AtomicInteger();
    volatile Runnable wake = () -> {};
    volatile boolean finished;

    void offer(long bytes) {
      offered.addAndGet(bytes);
      wake.run();
    }

    @Override
    public void onReady(Runnable wakeUp) {
      wake = wakeUp;
    }

    @Override
    public State draw(ByteBuf out) {
      draws.incrementAndGet();
      boolean last = finished;
      long available = offered.get() - taken.get();
      int length = (int) Math.min(available, out.writableBytes());
      out.writeZero(length);
      taken.addAndGet(length);
      if (length < available) {
        return State.MORE;
      }
      return last ? State.END : State.WAIT;
    }

    @Override
    public void finish() {
      finished = true;
    }

    @Override
    public void close() {}
  }

  @Test
  void noWakeUpIsLost() throws Exception {
    int threads = 2;
    int rounds = 100_000 * Integer.getInteger("rheo.torture", 1);
    Events events = new Events();
    Stream stream = onLoop(() -> start(events, new Peer()));
    for (int round = 0; round < 5; round++) {
      CountDownLatch done = new CountDownLatch(threads);
      for (int t = 0; t < threads; t++) {
        Thread.ofPlatform()
            .start(
                () -> {
                  for (int i = 0; i < rounds / threads; i++) {
                    events.offer(10);
                  }
                  done.countDown();
                });
      }
      done.await();
      EdgeFixture.await("everything taken", () -> events.taken.get() == events.offered.get());
    }
    assertThat(stream.wire.received).hasValue(events.offered.get());
    onLoop(
        () -> {
          pump.finish(stream.drawn);
          return null;
        });
    EdgeFixture.await("finished", () -> stream.done.get() == 1);
    assertThat(stream.wire.ends).hasValue(1);
  }

  @Test
  void smallEventsOvertakeBulkAndDoNotStarveIt() throws Exception {
    Events events = new Events();
    List<Stream> bulk = new ArrayList<>();
    AtomicLong bulkBefore = new AtomicLong();
    Stream small =
        onLoop(
            () -> {
              for (int i = 0; i < 200; i++) {
                bulk.add(start(new Endless(), new Peer()));
              }
              return start(events, new Peer());
            });
    await("bulk runs", () -> bulk.stream().allMatch(s -> s.wire.received.get() > Pump.TURN));
    for (int i = 0; i < 20; i++) {
      int draws = events.draws.get();
      onLoop(
          () -> {
            bulkBefore.set(bulk.stream().mapToLong(s -> s.wire.received.get()).sum());
            events.offer(100);
            return null;
          });
      await("drawn", () -> events.draws.get() > draws);
    }
    assertThat(small.wire.received).hasValue(2000);
    // Many streams that always have a few bytes, next to bulk.
    List<Stream> chatter = new ArrayList<>();
    Chatter.Shared shared = new Chatter.Shared();
    onLoop(
        () -> {
          for (int i = 0; i < 100; i++) {
            chatter.add(start(new Chatter(shared), new Peer()));
          }
          return null;
        });
    long before = onLoop(() -> bulk.stream().mapToLong(s -> s.wire.received.get()).sum());
    await("chatter", () -> shared.draws > 10_000);
    long after = onLoop(() -> bulk.stream().mapToLong(s -> s.wire.received.get()).sum());
    assertThat(after - before).isGreaterThan(10_000L / Pump.URGENT_RUN / 4 * Pump.CHUNK);
    onLoop(
        () -> {
          bulk.forEach(s -> s.drawn.cancel());
          chatter.forEach(s -> s.drawn.cancel());
          small.drawn.cancel();
          return null;
        });
  }

  private static final class Chatter implements Body {
    static final class Shared {
      volatile long draws;
    }

    private final Shared shared;
    private Runnable wake = () -> {};

    Chatter(Shared shared) {
      this.shared = shared;
    }

    @Override
    public void onReady(Runnable wakeUp) {
      wake = wakeUp;
    }

    @Override
    @SuppressWarnings("NonAtomicOperationOnVolatileField")
    public State draw(ByteBuf out) {
      shared.draws++;
      out.writeByte(1);
      wake.run();
      return State.WAIT;
    }

    @Override
    public void close() {}
  }

  enum Ending {
    END,
    ABORT,
    EXCEPTION,
    CANCEL,
    END_WITH_BYTES
  }

  @ParameterizedTest
  @EnumSource
  void closesTheBodyOnceHoweverItEnds(Ending ending) throws Exception {
    AtomicInteger closed = new AtomicInteger();
    Body body =
        new Body() {
          @Override
          public void onReady(Runnable wake) {}

          @Override
          public State draw(ByteBuf out) {
            return switch (ending) {
              case END -> State.END;
              case ABORT -> State.ABORT;
              case EXCEPTION -> throw new IllegalStateException("on purpose");
              case CANCEL -> State.WAIT;
              case END_WITH_BYTES -> {
                out.writeInt(7);
                yield State.END;
              }
            };
          }

          @Override
          public void close() {
            closed.incrementAndGet();
          }
        };
    Stream stream = onLoop(() -> start(body, new Peer()));
    if (ending == Ending.CANCEL) {
      await("waits", () -> stream.drawn.state == BodyStream.State.WAITING);
      onLoop(
          () -> {
            stream.drawn.cancel();
            return null;
          });
    }
    await("done", () -> stream.done.get() > 0);
    onLoop(
        () -> {
          stream.drawn.cancel();
          stream.drawn.wake();
          return null;
        });
    onLoop(() -> null);
    assertThat(closed).hasValue(1);
    assertThat(stream.done).hasValue(1);
    boolean cut = ending == Ending.ABORT || ending == Ending.EXCEPTION;
    assertThat(stream.wire.cuts).hasValue(cut ? 1 : 0);
    assertThat(stream.wire.ends).hasValue(ending.name().startsWith("END") ? 1 : 0);
    assertThat(pump.all()).isEmpty();
  }
}
