package dev.rheo.edge;

import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Takes the connections of one event loop out of service: gently those whose peers go along, and in
 * bounded time the others.
 *
 * <pre>
 *   at once          no new requests: GOAWAY, Connection: close; connections without requests end
 *   over the spread  long-running bodies are finished, each at a moment of its own
 *   spread + GRACE   what is long-running and still there is cut: its peer does not read
 *   all the time     what has moved no byte for STALLED is cut, watch or not
 * </pre>
 *
 * A finite response whose peer reads, and a request that is at work, go on as long as the whole
 * drain may take. Event loop only.
 */
final class Drain {

  /**
   * How far apart the ends of two watches are, on average, so that not all come back at once.
   * Upstream's drain of watches ends 200 a second at least.
   */
  private static final Duration BETWEEN_WATCHES = Duration.ofMillis(5);

  /** The longest spread: whoever waits for the next server must not lose a lease over it. */
  private static final Duration LONGEST_SPREAD = Duration.ofSeconds(2);

  /** How long a watch may take to write its last words. */
  static final Duration GRACE = Duration.ofSeconds(1);

  /** Without a byte moved for so long, nobody is thought to be there. */
  static final Duration STALLED = Duration.ofSeconds(2);

  private static final long ROUND_MILLIS = 100;

  private final Pump pump;
  private final Watchdog watchdog;
  private final long beganNanos = System.nanoTime();
  private final Duration spread;
  private int roundsOfGrace;

  Drain(Pump pump, Watchdog watchdog, Duration spread) {
    this.pump = pump;
    this.watchdog = watchdog;
    this.spread = spread;
  }

  /** Over how long that many watches are ended. */
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
        // It has asked for nothing yet.
        connection.closeHard();
      }
    }
    for (Drawn stream : new ArrayList<>(pump.all())) {
      if (stream.longRunning) {
        long delay = (long) (spread.toNanos() * ThreadLocalRandom.current().nextDouble());
        pump.loop().schedule(() -> pump.finish(stream), delay, TimeUnit.NANOSECONDS);
      }
    }
    pump.loop()
        .scheduleWithFixedDelay(this::round, ROUND_MILLIS, ROUND_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void round() {
    long now = System.nanoTime();
    if (now - beganNanos > spread.toNanos()) {
      roundsOfGrace++;
    }
    // In rounds: a loop that had no time to write the last words must not blame the peer for it.
    boolean watchesAreOver = roundsOfGrace * ROUND_MILLIS > GRACE.toMillis();
    for (Connection connection : new ArrayList<>(watchdog.connections())) {
      watchdog.notice(connection, now);
      boolean stuck =
          Transport.pendingBytes(connection.channel) > 0
              && hasPassed(connection.progressNanos, now);
      if (stuck) {
        // No farewell gets through either.
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
    Drawn stream = exchange.drawn();
    if (stream == null) {
      Connection connection = exchange.connection();
      return exchange.readingSinceBefore(now - STALLED.toNanos())
          && hasPassed(connection.lastReadNanos, now);
    }
    return stream.state == Drawn.State.BLOCKED
        && stream.block == Drawn.Block.WINDOW
        && hasPassed(stream.progressNanos, now);
  }

  /** Counted from the drain's begin on at the earliest: until then there was no hurry. */
  private boolean hasPassed(long since, long now) {
    return now - Math.max(since, beganNanos) > STALLED.toNanos();
  }
}
