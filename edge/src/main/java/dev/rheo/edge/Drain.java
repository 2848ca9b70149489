package dev.rheo.edge;

import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Drains the connections of one event loop: gracefully if the peer cooperates, and always in
 * bounded time.
 *
 * <pre>
 *   at once          no new requests: GOAWAY, Connection: close; idle connections are closed
 *   over the spread  long-running bodies are asked to finish, each at a random moment
 *   spread + GRACE   remaining long-running responses are cut: their peers do not read
 *   all the time     requests and connections without progress for STALLED are cut
 * </pre>
 *
 * <p>A finite response whose peer reads, and a request whose handler runs, may take until the end
 * of the drain. Event loop only.
 */
final class Drain {

  /**
   * Average time between the ends of two watches, so that not all clients reconnect at once.
   * Upstream ends at least 200 watches a second when it drains.
   */
  private static final Duration BETWEEN_WATCHES = Duration.ofMillis(5);

  /** Longest spread: a client that waits for the next server must not lose a lease meanwhile. */
  private static final Duration LONGEST_SPREAD = Duration.ofSeconds(2);

  /** Time for a watch to write its last bytes. */
  static final Duration GRACE = Duration.ofSeconds(1);

  /** Time without progress after which a peer counts as gone. */
  static final Duration STALLED = Duration.ofSeconds(2);

  private static final Duration ROUND = Duration.ofMillis(100);

  private final Pump pump;
  private final Watchdog watchdog;
  private final EdgeClock clock;
  private final long beganNanos;
  private final Duration spread;
  private int roundsOfGrace;

  Drain(Pump pump, Watchdog watchdog, Duration spread) {
    this.pump = pump;
    this.watchdog = watchdog;
    this.clock = pump.clock();
    this.beganNanos = clock.nanoTime();
    this.spread = spread;
  }

  /** The spread for a number of watches. */
  static Duration spread(long watches, Duration atMost) {
    Duration wanted = BETWEEN_WATCHES.multipliedBy(Math.max(watches, 0));
    Duration longest = LONGEST_SPREAD.compareTo(atMost) < 0 ? LONGEST_SPREAD : atMost;
    return wanted.compareTo(longest) < 0 ? wanted : longest;
  }

  void start() {
    for (Connection connection : new ArrayList<>(watchdog.connections())) {
      Connection.Protocol protocol = connection.protocol;
      if (protocol != null) {
        protocol.drain();
      } else {
        // It has not sent a request yet.
        connection.closeHard();
      }
    }
    for (BodyStream stream : new ArrayList<>(pump.all())) {
      if (stream.longRunning) {
        long delay = (long) (spread.toNanos() * ThreadLocalRandom.current().nextDouble());
        clock.schedule(pump.loop(), () -> pump.finish(stream), Duration.ofNanos(delay));
      }
    }
    clock.scheduleWithFixedDelay(pump.loop(), this::round, ROUND);
  }

  private void round() {
    long now = clock.nanoTime();
    if (now - beganNanos > spread.toNanos()) {
      roundsOfGrace++;
    }
    // Measured in rounds, so that a loop that had no time to write does not blame the peer.
    boolean watchesAreOver = roundsOfGrace * ROUND.toMillis() > GRACE.toMillis();
    for (Connection connection : new ArrayList<>(watchdog.connections())) {
      watchdog.notice(connection, now);
      boolean stuck =
          Transport.pendingBytes(connection.channel) > 0
              && hasPassed(connection.progressNanos, now);
      if (stuck) {
        // A farewell would be stuck as well.
        connection.closed();
        connection.closeHard();
        continue;
      }
      for (Exchange exchange : connection.exchangesNow()) {
        if ((watchesAreOver && exchange.isLongRunning()) || isStalled(exchange, now)) {
          exchange.giveUp();
        }
      }
    }
  }

  private boolean isStalled(Exchange exchange, long now) {
    BodyStream stream = exchange.drawn();
    if (stream == null) {
      Connection connection = exchange.connection();
      return exchange.readingSinceBefore(now - STALLED.toNanos())
          && hasPassed(connection.lastReadNanos, now);
    }
    return stream.state == BodyStream.State.BLOCKED
        && stream.block == BodyStream.Block.WINDOW
        && hasPassed(stream.progressNanos, now);
  }

  /** Measured from the beginning of the drain at the earliest. */
  private boolean hasPassed(long since, long now) {
    return now - Math.max(since, beganNanos) > STALLED.toNanos();
  }
}
