package dev.rheo.edge;

import dev.rheo.edge.Counters.Refusal;
import dev.rheo.edge.Counters.Stall;
import dev.rheo.edge.ledger.Account;
import dev.rheo.edge.ledger.Ledger;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The room that requests of one event loop take, and what comes of them, and who has to go when
 * there is no more of it. {@link Admission} does the same for connections.
 *
 * <p>The problem: an account that is full refuses everybody, so whoever fills it first and then
 * does nothing keeps all others out. So a newcomer that finds no room may take that of somebody who
 * waits for a peer that neither sends nor takes anything:
 *
 * <pre>
 *   newcomer                      whose room it may take
 *   request of a stranger         strangers' requests that are stalled, the oldest first
 *   request of a member           stalled requests, strangers' first, then the heaviest
 *   watch                         that, then watches of the connection that has most of them
 * </pre>
 *
 * <p>A stranger is a peer that has not shown who it is. Event loop only, but for {@link #ask} and
 * {@link #askForWatches}.
 */
final class Room {

  /** A member's connection or request that did nothing for this long is stalled. */
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(1);

  /** And a request whose answer was taken in part already for this long. */
  private static final long READERS_PATIENCE = TimeUnit.SECONDS.toNanos(5);

  /** Looking for room costs as much as there are requests: after a look in vain, a pause. */
  private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(5);

  /** So many watches a connection may have whoever needs their room. */
  private static final int MODEST = 16;

  /** A watch that was asked to end needs a moment for it. */
  private static final long SHARE_PAUSE = TimeUnit.MILLISECONDS.toNanos(100);

  /** What is made room for at once, so that the next newcomers find some. */
  private static final int BATCH = 32;

  /** What a connection may hold in wholeless bytes and control frames without being charged. */
  private static final int FREE = 4 << 10;

  private static final int STEP = 4 << 10;

  final Admission admission;
  private final EdgeContext edge;
  private final Ledger ledger;
  private final Set<Connection> connections;
  private final EventLoop loop;

  /**
   * What strangers' requests hold here, and may hold: each event loop has its part of the whole.
   */
  private long strangerStreams;

  private final long strangerStreamsLimit;
  private final AtomicBoolean askedForStranger = new AtomicBoolean();
  private final AtomicBoolean askedForMember = new AtomicBoolean();
  private final AtomicBoolean askedForWatches = new AtomicBoolean();
  private long inVainNanos = System.nanoTime() - PAUSE;
  private long shareAgainNanos = inVainNanos;

  /**
   * @param connections those of the event loop
   */
  Room(EdgeContext edge, EventLoop loop, Set<Connection> connections) {
    this.admission = new Admission(edge, loop, connections);
    this.loop = loop;
    this.strangerStreamsLimit = edge.ledger.strangerStreams().limit() / edge.settings.eventLoops();
    this.edge = edge;
    this.ledger = edge.ledger;
    this.connections = connections;
  }

  /** The connection is over: gives back what it was charged. May be told more than once. */
  void left(Connection connection) {
    hold(connection, 0, 0);
    admission.left(connection);
  }

  /**
   * Charges what a connection holds of bytes that make no whole yet, and of control frames that its
   * peer does not take. Closes it if there is no room.
   */
  void settle(Connection connection) {
    long control = Math.max(0, Transport.pendingBytes(connection.channel) - connection.outstanding);
    boolean header = connection.headerSinceNanos != 0;
    long headers = header ? connection.wholeless + connection.wholelessLines * Weights.FIELD : 0;
    long incoming = connection.recordBytes + control + (header ? 0 : connection.wholeless);
    if (!hold(connection, charged(headers), charged(incoming))) {
      connection.closeHard();
    }
  }

  private static long charged(long bytes) {
    return bytes <= FREE ? 0 : (bytes + STEP - 1) / STEP * STEP;
  }

  private boolean hold(Connection connection, long headers, long incoming) {
    if (!change(ledger.headers(), headers - connection.headersHeld, connection)) {
      edge.counters.refused(Refusal.HEADERS);
      return false;
    }
    connection.headersHeld = headers;
    if (!change(ledger.incoming(), incoming - connection.incomingHeld, connection)) {
      edge.counters.refused(Refusal.INCOMING);
      return false;
    }
    connection.incomingHeld = incoming;
    return true;
  }

  private boolean change(Account account, long by, Connection newcomer) {
    if (by <= 0) {
      account.release(-by);
      return true;
    }
    while (!account.tryCharge(by)) {
      Connection leaving = unfinished(newcomer, by);
      if (leaving == null) {
        return false;
      }
      admission.evict(leaving);
    }
    return true;
  }

  /**
   * Who has to go, having begun something: whoever does not go on with it, the quietest first. If
   * all do, whoever holds more than the newcomer, strangers first.
   */
  private @Nullable Connection unfinished(Connection newcomer, long by) {
    long seen = admission.seenNanos();
    long share = held(newcomer) + by;
    Connection slowest = null;
    Connection stranger = null;
    Connection heaviest = null;
    for (Connection connection : connections) {
      if (held(connection) == 0 || connection == newcomer || !connection.charged) {
        continue;
      }
      boolean waits =
          connection.known
              ? seen - connection.lastReadNanos > PATIENCE
              : admission.hadTime(connection.lastReadNanos);
      if (waits) {
        slowest = Admission.quieter(slowest, connection);
      } else if (held(connection) > share || (newcomer.known && !connection.known)) {
        if (!connection.known) {
          stranger = heavier(stranger, connection);
        }
        heaviest = heavier(heaviest, connection);
      }
    }
    return slowest != null ? slowest : stranger != null || !newcomer.known ? stranger : heaviest;
  }

  private static Connection heavier(@Nullable Connection a, Connection b) {
    return a == null || held(b) > held(a) ? b : a;
  }

  private static long held(Connection connection) {
    return connection.headersHeld + connection.incomingHeld;
  }

  /**
   * Charges a request, or answers that there is no room for it.
   *
   * @param stranger whether whoever asks is not known
   */
  boolean admit(Exchange exchange, Account account, long weight, boolean stranger) {
    if (tryCharge(account, weight, stranger)) {
      return true;
    }
    if (makeRoom(exchange, stranger) && tryCharge(account, weight, stranger)) {
      return true;
    }
    // This one comes in vain; there will be room for those that follow.
    for (Room other : edge.rooms) {
      if (other != this) {
        other.ask(stranger);
      }
    }
    if (account == ledger.watches()) {
      int fair = Math.max(MODEST, 2 * count(exchange.connection(), Exchange::isWatch));
      for (Room room : edge.rooms) {
        room.askForWatches(fair);
      }
    }
    return false;
  }

  /**
   * Asks the event loop to make room, if it was not asked already. Any thread.
   *
   * @param stranger whether whoever needs it is not known
   */
  void ask(boolean stranger) {
    AtomicBoolean asked = stranger ? askedForStranger : askedForMember;
    if (asked.compareAndSet(false, true)) {
      loop.execute(
          () -> {
            asked.set(false);
            makeRoom(null, stranger);
          });
    }
  }

  private void askForWatches(int fair) {
    if (askedForWatches.compareAndSet(false, true)) {
      loop.execute(
          () -> {
            askedForWatches.set(false);
            shareWatches(fair);
          });
    }
  }

  private boolean tryCharge(Account account, long weight, boolean stranger) {
    if (!stranger) {
      return account.tryCharge(weight);
    }
    if (strangerStreams + weight > strangerStreamsLimit || !account.tryCharge(weight)) {
      return false;
    }
    strangerStreams += weight;
    return true;
  }

  /** A stranger's request that was admitted is over. */
  void strangerLeft(long weight) {
    strangerStreams -= weight;
  }

  /** Ends some requests that wait for their peers; false if there is none. */
  boolean makeRoom(@Nullable Exchange newcomer, boolean stranger) {
    long now = System.nanoTime();
    if (now - inVainNanos < PAUSE) {
      return false;
    }
    List<Exchange> stalled = stalled(e -> e != newcomer && e.isStranger() && e.restsSince(now));
    if (stalled.isEmpty() && !stranger) {
      long seen = admission.seenNanos();
      stalled =
          stalled(
              e ->
                  e != newcomer
                      && e.restsSince(seen - (e.isTaken() ? READERS_PATIENCE : PATIENCE)));
      stalled.sort(Comparator.comparingLong(Exchange::weight).reversed());
    }
    if (stalled.isEmpty()) {
      inVainNanos = now;
      return false;
    }
    int end = Math.min(BATCH, stalled.size());
    for (Exchange exchange : stalled.subList(0, end)) {
      edge.counters.stalled(Stall.EVICTED);
      exchange.evict();
    }
    return true;
  }

  /**
   * Watches that wait for events are not stalled, and may stay for hours. So whoever has most of
   * them, and more than twice as many as the newcomer, gives up some of the latest. A watch may end
   * at any time: its client goes on where it was.
   *
   * @param fair how many nobody needs to give up
   */
  private void shareWatches(int fair) {
    long now = System.nanoTime();
    if (now - shareAgainNanos < 0) {
      return;
    }
    shareAgainNanos = now + PAUSE;
    int most = 0;
    Connection greediest = null;
    for (Connection connection : connections) {
      int count = count(connection, Exchange::isLongRunning);
      if (count > most) {
        most = count;
        greediest = connection;
      }
    }
    if (greediest == null || most <= fair) {
      return;
    }
    shareAgainNanos = now + SHARE_PAUSE;
    greediest.exchanges.stream()
        .filter(Exchange::isLongRunning)
        .skip(Math.max(fair, most - BATCH))
        .forEach(
            watch -> {
              edge.counters.stalled(Stall.SHARED);
              watch.finish();
            });
  }

  private static int count(Connection connection, Predicate<Exchange> which) {
    return (int) connection.exchanges.stream().filter(which).count();
  }

  private List<Exchange> stalled(Predicate<Exchange> which) {
    List<Exchange> stalled = new ArrayList<>();
    for (Connection connection : connections) {
      for (Exchange exchange : connection.exchanges) {
        if (which.test(exchange)) {
          stalled.add(exchange);
        }
      }
    }
    stalled.sort(Comparator.comparingLong(Exchange::beganNanos));
    return stalled;
  }
}
