package dev.rheo.edge;

import dev.rheo.edge.Counters.Stall;
import dev.rheo.edge.Counters.Timeout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Enforces the timeouts of one event loop. It checks all connections and streams periodically,
 * which is cheaper than a timer for each. Event loop only.
 */
final class Watchdog {

  private static final System.Logger LOG = System.getLogger(Watchdog.class.getName());

  private static final Duration SHORTEST_ROUND = Duration.ofMillis(20);
  private static final Duration LONGEST_ROUND = Duration.ofSeconds(1);

  private final EdgeContext edge;
  private final Pump pump;
  private final EdgeSettings.Timeouts limits;
  private final Set<Connection> connections = new LinkedHashSet<>();

  Watchdog(EdgeContext edge, Pump pump) {
    this.edge = edge;
    this.pump = pump;
    this.limits = edge.settings.timeouts();
  }

  void start() {
    Duration shortest =
        Stream.of(
                limits.handshake(),
                limits.header(),
                limits.requestBody(),
                limits.idle(),
                limits.stalledResponse(),
                limits.stalledWatch(),
                limits.pingAfter(),
                limits.pingAnswer())
            .min(Duration::compareTo)
            .orElse(LONGEST_ROUND);
    long millis =
        Math.clamp(shortest.toMillis() / 4, SHORTEST_ROUND.toMillis(), LONGEST_ROUND.toMillis());
    edge.clock.scheduleWithFixedDelay(pump.loop(), this::round, Duration.ofMillis(millis));
  }

  Set<Connection> connections() {
    return connections;
  }

  private void round() {
    long now = edge.clock.nanoTime();
    for (Connection connection : new ArrayList<>(connections)) {
      guarded(
          () -> {
            notice(connection, now);
            check(connection, now);
          });
    }
    for (BodyStream stream : new ArrayList<>(pump.all())) {
      guarded(() -> check(stream, now));
    }
  }

  /** A failed check of one connection must not prevent the checks of others. */
  private static void guarded(Runnable check) {
    try {
      check.run();
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.WARNING, "judging a connection failed", e);
    }
  }

  /** Detects progress of the peer: only a decrease of unsent bytes counts. */
  void notice(Connection connection, long now) {
    long pending = Transport.pendingBytes(connection.channel);
    if (pending < connection.pendingSeen) {
      connection.progressNanos = now;
    }
    connection.pendingSeen = pending;
  }

  private void check(Connection connection, long now) {
    if (!connection.handshakeDone) {
      if (passed(limits.handshake(), connection.acceptedNanos, now)) {
        end(connection, Timeout.HANDSHAKE);
      }
      return;
    }
    if (connection.headerSinceNanos != 0
        && passed(limits.header(), connection.headerSinceNanos, now)) {
      end(connection, Timeout.HEADER);
      return;
    }
    if (connection.exchanges.isEmpty()) {
      boolean fresh = connection.requests == 0 && limits.header().compareTo(limits.idle()) < 0;
      if (passed(fresh ? limits.header() : limits.idle(), connection.idleSinceNanos, now)) {
        edge.counters.timedOut(Timeout.IDLE);
        connection.channel.close();
      }
      return;
    }
    long bodiesBefore = now - limits.requestBody().toNanos();
    for (Exchange exchange : connection.exchangesNow()) {
      if (exchange.readingSinceBefore(bodiesBefore)) {
        edge.counters.timedOut(Timeout.REQUEST_BODY);
        exchange.refuse(Refusals.bodyTimeout());
      }
    }
    if (connection.outstanding == 0) {
      checkAlive(connection, now);
      return;
    }
    // A completely drawn body is no longer in the pump, so the connection itself is checked.
    List<Exchange> exchanges = connection.exchangesNow();
    boolean patient = exchanges.stream().allMatch(Exchange::mayStall);
    Duration limit = patient ? limits.stalledWatch() : limits.stalledResponse();
    if (passed(limit.plus(LONGEST_ROUND), connection.progressNanos, now)) {
      boolean watchesOnly = exchanges.stream().allMatch(Exchange::isLongRunning);
      edge.counters.stalled(watchesOnly ? Stall.WATCH : Stall.RESPONSE);
      connection.closeHard();
    }
  }

  private void checkAlive(Connection connection, long now) {
    Connection.Protocol protocol = connection.protocol;
    if (protocol == null || !passed(limits.pingAfter(), connection.lastReadNanos, now)) {
      return;
    }
    if (connection.pingNanos - connection.lastReadNanos <= 0) {
      if (protocol.ping()) {
        connection.pingNanos = now;
      }
    } else if (passed(limits.pingAnswer(), connection.pingNanos, now)) {
      end(connection, Timeout.PING);
    }
  }

  private void check(BodyStream stream, long now) {
    Duration limit = stream.mayStall() ? limits.stalledWatch() : limits.stalledResponse();
    if (!passed(limit, stream.progressNanos, now)) {
      return;
    }
    Connection connection = stream.connection;
    boolean socketStalled = stream.outstanding > 0 && passed(limit, connection.progressNanos, now);
    boolean windowStalled =
        stream.outstanding == 0
            && stream.state == BodyStream.State.BLOCKED
            && stream.block == BodyStream.Block.WINDOW;
    if (!socketStalled && !windowStalled) {
      return;
    }
    edge.counters.stalled(stream.longRunning ? Stall.WATCH : Stall.RESPONSE);
    for (Exchange exchange : connection.exchangesNow()) {
      if (exchange.drawn() == stream) {
        exchange.giveUp();
      }
    }
    if (socketStalled && connection.exchanges.isEmpty()) {
      // The stream reset is stuck as well.
      connection.closeHard();
    }
  }

  private void end(Connection connection, Timeout cause) {
    edge.counters.timedOut(cause);
    connection.closeHard();
  }

  private static boolean passed(Duration limit, long since, long now) {
    return now - since > limit.toNanos();
  }
}
