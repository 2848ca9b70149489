package dev.rheo.edge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.edge.ledger.Ledger;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Connections with much decrypted input, on a real event loop. */
class InputTurnsTest {
  /** Bytes that cost what a portion should, at {@link #COST}. */
  private static final int PORTION = 4 << 10;

  /** Nanoseconds for each KiB, which is what is assumed of a new connection. */
  private static final long COST = 62_500;

  private final EventLoopGroup group =
      new Transport(true, EdgeClock.SYSTEM, new AcceptThrottle()).group(1, "input-test");
  private final SingleThreadEventLoop loop = (SingleThreadEventLoop) group.next();
  private boolean othersWait;
  private final TurnQueue queue = new TurnQueue(loop, EdgeClock.SYSTEM, () -> othersWait);
  private final RequestAdmission room =
      new RequestAdmission(
          new EdgeContext(
              EdgeSettings.defaults(new InetSocketAddress(0)),
              new Ledger(Ledger.Limits.roomy()),
              request -> HttpResponse.empty(200),
              EdgeClock.SYSTEM),
          new EmbeddedChannel().eventLoop(),
          Set.of());

  /** The names of the connections in the order in which they were given portions. */
  private final List<String> turns = new ArrayList<>();

  @AfterEach
  void stop() {
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  private final class Client extends ChannelInboundHandlerAdapter {
    final String name;
    final List<Integer> portions = new ArrayList<>();
    final ManualClock clock = new ManualClock();
    long cost = COST;
    long unbegun;
    final EmbeddedChannel channel = new EmbeddedChannel();
    final Connection connection =
        new Connection(
            channel,
            new Pump(
                loop,
                clock,
                channel.alloc(),
                new AtomicLong(),
                EdgeSettings.Budgets.defaults(),
                new Counters()),
            room);
    final List<Byte> received = new ArrayList<>();

    Client(String name) {
      this.name = name;
      channel.pipeline().addLast(new InputTurns(connection, queue), this);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ByteBuf bytes = (ByteBuf) message;
      turns.add(name);
      portions.add(bytes.readableBytes());
      unbegun += bytes.readableBytes();
      while (bytes.isReadable()) {
        received.add(bytes.readByte());
      }
      bytes.release();
    }

    /** Requests begin here, as those of HTTP/2 do: their cost is what counts. */
    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
      clock.advance(Duration.ofNanos(unbegun * cost / 1024));
      unbegun = 0;
    }

    /** A record arrives, whose bytes count up. */
    ByteBuf record(int first, int length) {
      ByteBuf bytes = Unpooled.buffer();
      for (int i = 0; i < length; i++) {
        bytes.writeByte(first + i);
      }
      channel.pipeline().fireChannelRead(bytes).fireChannelReadComplete();
      return bytes;
    }

    boolean has(int length) {
      for (int i = 0; i < received.size(); i++) {
        assertThat(received.get(i)).isEqualTo((byte) i);
      }
      return received.size() == length;
    }
  }

  private <T> T onLoop(Callable<T> task) throws Exception {
    return EdgeFixture.onLoop(loop, task);
  }

  private void await(String what, BooleanSupplier condition) {
    EdgeFixture.awaitOnLoop(loop, what, condition);
  }

  @Test
  void connectionsTakeTurnsAndNothingIsLostOrReordered() throws Exception {
    Client one = onLoop(() -> new Client("one"));
    Client two = onLoop(() -> new Client("two"));
    onLoop(
        () -> {
          one.record(0, 5 * PORTION);
          one.record(5 * PORTION, 50);
          two.record(0, 2 * PORTION + 1);
          assertThat(turns).as("the first had nobody before it").containsExactly("one");
          assertThat(one.connection.heldInput).isEqualTo(4 * PORTION + 50);
          Client small = new Client("small");
          small.record(0, PORTION);
          assertThat(small.has(PORTION)).isTrue();
          return null;
        });
    await("all of one", () -> one.has(5 * PORTION + 50));
    await("all of two", () -> two.has(2 * PORTION + 1));
    onLoop(
        () -> {
          assertThat(turns)
              .containsExactly(
                  "one", "small", "one", "two", "one", "two", "one", "two", "one", "one");
          assertThat(one.connection.heldInput).isZero();
          // With nothing held a small piece passes at once.
          two.record(2 * PORTION + 1, PORTION);
          assertThat(two.has(3 * PORTION + 1)).isTrue();
          return null;
        });
  }

  /** A health check on a connection of its own sends little; a flood does not. */
  @Test
  void aStrangerWhoSendsAllTheTimeWaitsForItsTurn() throws Exception {
    Client first = onLoop(() -> new Client("first"));
    Client stranger = onLoop(() -> new Client("stranger"));
    Client member = onLoop(() -> new Client("member"));
    onLoop(
        () -> {
          member.connection.authenticated = true;
          first.record(0, 3 * PORTION);
          for (Client client : List.of(stranger, member)) {
            client.record(0, 100);
            client.record(100, 800);
            client.record(900, 200);
          }
          assertThat(stranger.has(900)).as("little passed, the third piece waits").isTrue();
          assertThat(member.has(1100)).isTrue();
          return null;
        });
    await("its turn", () -> stranger.has(1100));
    onLoop(
        () -> {
          first.record(3 * PORTION, 3 * PORTION);
          stranger.clock.advance(Duration.ofMillis(200));
          stranger.record(1100, 600);
          assertThat(stranger.has(1100)).as("silence alone does not help").isTrue();
          return null;
        });
    await("its turn", () -> stranger.has(1700));
    onLoop(
        () -> {
          first.record(6 * PORTION, 3 * PORTION);
          stranger.clock.advance(Duration.ofMillis(500));
          for (int i = 0; i < 20; i++) {
            stranger.clock.advance(Duration.ofMillis(400));
            stranger.record(1700 + i * 800, 800);
            assertThat(stranger.has(1700 + (i + 1) * 800)).as("2 KB/s pass").isTrue();
          }
          return null;
        });
  }

  @Test
  void aStrangersFloodWaitsForSocketsAndNewcomersToo() throws Exception {
    Client stranger = onLoop(() -> new Client("stranger"));
    Client member = onLoop(() -> new Client("member"));
    onLoop(
        () -> {
          othersWait = true;
          member.connection.authenticated = true;
          for (Client client : List.of(member, stranger)) {
            client.record(0, PORTION);
            client.record(PORTION, 2 * PORTION);
          }
          assertThat(member.has(2 * PORTION)).as("its portion passed at once").isTrue();
          assertThat(stranger.has(PORTION)).as("only its first piece passed").isTrue();
          return null;
        });
    await("its turns", () -> stranger.has(3 * PORTION));
    await("its turns", () -> member.has(3 * PORTION));
  }

  @Test
  void aPortionIsAsLargeAsItsCostAllows() throws Exception {
    Client costly = onLoop(() -> new Client("costly"));
    Client cheap = onLoop(() -> new Client("cheap"));
    costly.cost = 100 * COST;
    cheap.cost = COST / 100;
    int length = 30_000;
    onLoop(() -> costly.record(0, length));
    await("all of it", () -> costly.has(length));
    onLoop(() -> cheap.record(0, length));
    await("all of it", () -> cheap.has(length));
    onLoop(() -> cheap.record(length, 16 << 10));
    onLoop(
        () -> {
          assertThat(costly.portions).startsWith(PORTION, 1 << 10, 1 << 10);
          assertThat(cheap.portions).endsWith(16 << 10);
          return null;
        });
  }

  @Test
  void inputWaitsWhileTheProtocolReadsNothing() throws Exception {
    Client one = onLoop(() -> new Client("one"));
    onLoop(
        () -> {
          one.connection.wantInput(false);
          one.record(0, 3 * PORTION);
          return null;
        });
    Client two = onLoop(() -> new Client("two"));
    onLoop(
        () -> {
          two.record(0, 3 * PORTION);
          return null;
        });
    await("the other goes on", () -> two.has(3 * PORTION));
    assertThat(onLoop(() -> one.received.size())).isEqualTo(PORTION);
    onLoop(
        () -> {
          one.connection.wantInput(true);
          return null;
        });
    await("it is read again", () -> one.has(3 * PORTION));
  }

  /** Else the bytes that are held would soon be too many, and pass without a turn. */
  @Test
  void theSocketOfAPeerWhoseInputWaitsIsLeftAlone() throws Exception {
    Client one = onLoop(() -> new Client("one"));
    Client two = onLoop(() -> new Client("two"));
    onLoop(
        () -> {
          one.record(0, 2 * PORTION);
          assertThat(one.channel.config().isAutoRead()).as("little waits").isTrue();
          two.record(0, 5 * PORTION);
          assertThat(two.received).as("the other waits, too").isEmpty();
          assertThat(two.channel.config().isAutoRead()).as("much waits").isFalse();
          two.connection.wantInput(false);
          two.connection.wantInput(true);
          assertThat(two.channel.config().isAutoRead()).as("and still does").isFalse();
          return null;
        });
    await("all of it", () -> two.has(5 * PORTION));
    assertThat(onLoop(() -> two.channel.config().isAutoRead())).isTrue();
  }

  @Test
  void whatIsHeldIsBounded() throws Exception {
    Client one = onLoop(() -> new Client("one"));
    onLoop(
        () -> {
          one.connection.wantInput(false);
          for (int i = 0; i < 20; i++) {
            one.record(i * 5000, 5000);
            assertThat(one.connection.heldInput).isLessThanOrEqualTo(32 << 10);
          }
          one.connection.wantInput(true);
          return null;
        });
    await("all comes", () -> one.has(100_000));
  }

  @Test
  void whatWasSentBeforeTheEndOfTlsIsPassedOn() throws Exception {
    Client one = onLoop(() -> new Client("one"));
    onLoop(
        () -> {
          one.record(0, 3 * PORTION);
          one.channel.pipeline().fireUserEventTriggered(SslCloseCompletionEvent.SUCCESS);
          return null;
        });
    await("all comes", () -> one.has(3 * PORTION));
  }

  /** TLS tells that it has ended before the other handlers learn that the connection has. */
  @Test
  void whatAPeerSentBeforeItLeftIsNotParsedForNobody() throws Exception {
    Client one = onLoop(() -> new Client("one"));
    onLoop(
        () -> {
          one.channel
              .pipeline()
              .addFirst(
                  new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelInactive(ChannelHandlerContext ctx) {
                      ctx.fireUserEventTriggered(SslCloseCompletionEvent.SUCCESS);
                      ctx.fireChannelInactive();
                    }
                  });
          one.record(0, 3 * PORTION);
          one.channel.close();
          return null;
        });
    assertThat(onLoop(() -> one.received.size())).isEqualTo(PORTION);
    assertThat(onLoop(() -> one.connection.heldInput)).isZero();
  }

  @Test
  void whatIsHeldIsReleasedWhenTheConnectionEnds() throws Exception {
    Client one = onLoop(() -> new Client("one"));
    ByteBuf bytes =
        onLoop(
            () -> {
              ByteBuf record = one.record(0, 3 * PORTION);
              one.channel.pipeline().fireChannelInactive();
              return record;
            });
    assertThat(bytes.refCnt()).isZero();
    assertThat(onLoop(() -> one.connection.heldInput)).isZero();
    assertThat(onLoop(() -> one.received.size())).isEqualTo(PORTION);
  }
}
