package dev.rheo.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.SingleThreadEventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TurnQueueTest {

  private static final int TURNS = 100;
  private static final Duration TURN = Duration.ofNanos(100_000);

  private final EventLoopGroup group =
      new Transport(true, EdgeClock.SYSTEM, new AcceptThrottle()).group(1, "turns-test");
  private final SingleThreadEventLoop loop = (SingleThreadEventLoop) group.next();

  @AfterEach
  void stop() {
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  @Test
  void turnsAreBriefWhileOthersWait() throws Exception {
    assertThat(turnsAtOnce(false)).isEqualTo(20);
    assertThat(turnsAtOnce(true)).isEqualTo(3);
  }

  /** Number of turns that the queue is served before the loop goes back to its sockets. */
  private int turnsAtOnce(boolean othersWait) throws Exception {
    ManualClock clock = new ManualClock();
    AtomicInteger services = new AtomicInteger();
    List<Integer> turns = new ArrayList<>();
    EdgeFixture.onLoop(
        loop,
        () -> {
          TurnQueue queue =
              new TurnQueue(
                  loop,
                  clock,
                  () -> {
                    services.incrementAndGet();
                    return othersWait;
                  });
          for (int i = 0; i < TURNS; i++) {
            queue.add(
                () -> {
                  turns.add(services.get());
                  clock.advance(TURN);
                });
          }
          return null;
        });
    EdgeFixture.awaitOnLoop(loop, "all turns", () -> turns.size() == TURNS);
    return (int) turns.stream().filter(service -> service == 1).count();
  }
}
