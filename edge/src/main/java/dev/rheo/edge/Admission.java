package dev.rheo.edge;

import dev.rheo.edge.Counters.Refusal;
import dev.rheo.edge.Counters.Stall;
import dev.rheo.edge.ledger.Account;
import dev.rheo.edge.ledger.Ledger;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Which connections of one event loop stay when there is no room for all.
 *
 * <p>A newcomer takes the place of the first of these:
 *
 * <ol>
 *   <li>of those that have had no answer yet and had time to ask, the one that came nearer to it
 *       the longest ago;
 *   <li>of strangers that had answers and asked for nothing for a while, the quietest;
 *   <li>the same of known clients, who have more time; less of it those for whom members have no
 *       room, while newcomers wait.
 * </ol>
 *
 * <p>Whoever has had no time is not at fault: the loop may be behind. So if there is nobody to go,
 * newcomers wait in the kernel's queue, the listener being paused, until somebody is; the few that
 * were accepted already stay over the limit.
 *
 * <p>Event loop only, but for {@link #ask}.
 */
final class Admission {

  /** What a stranger has to show TLS and ask for something, once the loop has caught up. */
  private static final long TIME_TO_ASK = TimeUnit.MILLISECONDS.toNanos(250);

  /** The same while newcomers wait: then health checks wait among them. */
  private static final long TIME_IN_A_CROWD = TimeUnit.MILLISECONDS.toNanos(100);

  /** Newcomers that wait no longer than this are no crowd. */
  private static final long CROWD_LASTS = TimeUnit.MILLISECONDS.toNanos(250);

  /** And to say the first thing, which clients say as soon as they are connected. */
  private static final long TIME_TO_SPEAK = TimeUnit.MILLISECONDS.toNanos(50);

  /** So long a stranger that sends something counts as on its way to ask. */
  private static final long TIME_FOR_BYTES = TimeUnit.SECONDS.toNanos(2);

  /** While newcomers wait: for each of its first record, its handshake and its first request. */
  private static final long BYTES_IN_A_CROWD = TimeUnit.MILLISECONDS.toNanos(400);

  private static final long STRANGERS_QUIET = TimeUnit.SECONDS.toNanos(1);

  /**
   * A member that left a request or an answer lying, and one that has none: it may be about to ask.
   */
  private static final long MEMBERS_QUIET = TimeUnit.SECONDS.toNanos(2);

  private static final long MEMBERS_IDLE = TimeUnit.SECONDS.toNanos(5);

  /**
   * Both of a known client that has a stranger's place, as members have no room: newcomers, health
   * checks among them, have nothing but those places.
   */
  private static final long GUESTS_QUIET = TimeUnit.MILLISECONDS.toNanos(500);

  /** A member's answer that nobody takes for so long is no answer under way any more. */
  private static final long MEMBERS_STALLED = TimeUnit.SECONDS.toNanos(5);

  private static final long GUESTS_STALLED = TimeUnit.SECONDS.toNanos(1);

  /**
   * Looking for who may leave costs as much as there are connections: after one in vain, a pause.
   */
  private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(10);

  /** However far behind the loop may be, from then on it is the peers' fault. */
  private static final long MOST_BEHIND = TimeUnit.SECONDS.toNanos(2);

  /** So many leave before all are looked at again. */
  private static final int AT_ONCE = 32;

  /** Only time makes somebody leave: there is no use in looking again before it has passed. */
  private static final long LOOKS_APART = TimeUnit.MILLISECONDS.toNanos(1);

  private static final int MOST_OVER = 128;
  private static final long LOOK_AGAIN_MILLIS = 10;

  private final EdgeContext edge;
  private final Ledger ledger;
  private final EventLoop loop;
  private final Set<Connection> connections;
  private final AtomicBoolean asked = new AtomicBoolean();

  /** Those that had no answer yet and are the next to leave, unless they have asked since. */
  private final ArrayDeque<Connection> unserved = new ArrayDeque<>();

  /** Connections that were accepted while nobody could go; the listener is paused if not 0. */
  private int over;

  /** Since when newcomers have waited again and again, and when one last had to. */
  private long crowdSinceNanos = System.nanoTime();

  private long crowdUntilNanos = crowdSinceNanos;

  /** Up to when the loop had seen its peers when last nobody could go. */
  private long nobodyNanos = crowdSinceNanos - MOST_BEHIND - LOOKS_APART;

  /** When members last had no room and nobody could go. */
  private long inVainNanos = System.nanoTime() - PAUSE;

  /**
   * @param connections those of the event loop
   */
  Admission(EdgeContext edge, EventLoop loop, Set<Connection> connections) {
    this.edge = edge;
    this.ledger = edge.ledger;
    this.loop = loop;
    this.connections = connections;
  }

  /** Charges a connection that was just accepted; false if it cannot stay. */
  boolean enter(Connection connection) {
    edge.acceptance.arrived();
    if (!chargeWithRoom()) {
      for (Room other : edge.rooms) {
        if (other.admission != this) {
          other.admission.ask();
        }
      }
      if (over == MOST_OVER) {
        edge.counters.refused(Refusal.CONNECTIONS);
        return false;
      }
      crowded();
      ledger.descriptors().force(1);
      ledger.tls().force(Weights.TLS);
      ledger.strangerConnections().force(Weights.CONNECTION);
      if (over++ == 0) {
        edge.acceptance.pause();
        loop.schedule(this::lookAgain, LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
      }
    }
    connection.charged = true;
    return true;
  }

  private void crowded() {
    long now = System.nanoTime();
    if (now - crowdUntilNanos > CROWD_LASTS) {
      crowdSinceNanos = now;
    }
    crowdUntilNanos = now;
  }

  private boolean isCrowd() {
    return crowdUntilNanos - crowdSinceNanos > CROWD_LASTS
        && System.nanoTime() - crowdUntilNanos < CROWD_LASTS;
  }

  private boolean chargeWithRoom() {
    while (!charge()) {
      if (!letGo(true)) {
        return false;
      }
    }
    return true;
  }

  private boolean charge() {
    if (!ledger.descriptors().tryCharge(1)) {
      return false;
    }
    if (ledger.tls().tryCharge(Weights.TLS)) {
      if (ledger.strangerConnections().tryCharge(Weights.CONNECTION)) {
        return true;
      }
      ledger.tls().release(Weights.TLS);
    }
    ledger.descriptors().release(1);
    return false;
  }

  private void lookAgain() {
    while (isOver()) {
      if (!letGo(true)) {
        crowded();
        loop.schedule(this::lookAgain, LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
        return;
      }
    }
    over = 0;
    edge.acceptance.resume();
  }

  private boolean isOver() {
    return ledger.descriptors().isOver()
        || ledger.tls().isOver()
        || ledger.strangerConnections().isOver();
  }

  /** Another loop has newcomers and nobody who could go. Any thread. */
  void ask() {
    if (asked.compareAndSet(false, true)) {
      loop.execute(
          () -> {
            asked.set(false);
            // As if one came, and left again.
            if (chargeWithRoom()) {
              release(ledger.strangerConnections());
            }
          });
    }
  }

  /**
   * Somebody on the connection has shown who they are: it is no stranger's any more. As long as
   * members have no room it keeps the place of a stranger, but has the time that members have.
   */
  void vouched(Connection connection) {
    connection.known = true;
    if (connection.member || !connection.charged) {
      return;
    }
    while (!moveOver()) {
      if (System.nanoTime() - inVainNanos < PAUSE) {
        return;
      }
      if (!letGo(false)) {
        inVainNanos = System.nanoTime();
        return;
      }
    }
    connection.member = true;
  }

  /** From a stranger's place to a member's: together they are not more than before. */
  private boolean moveOver() {
    ledger.strangerConnections().release(Weights.CONNECTION);
    if (ledger.memberConnections().tryCharge(Weights.CONNECTION)) {
      return true;
    }
    ledger.strangerConnections().force(Weights.CONNECTION);
    return false;
  }

  /** The connection is over: gives back what it was charged. May be told more than once. */
  void left(Connection connection) {
    if (connection.charged) {
      connection.charged = false;
      release(connection.member ? ledger.memberConnections() : ledger.strangerConnections());
    }
  }

  private void release(Account account) {
    account.release(Weights.CONNECTION);
    ledger.tls().release(Weights.TLS);
    ledger.descriptors().release(1);
  }

  /** Closes it at once: its books are closed now, the channel may take a moment. */
  void evict(Connection connection) {
    edge.counters.stalled(Stall.EVICTED);
    connection.closeHard();
    connection.closed();
  }

  /** Whether a stranger has had the time to go on with what it began. */
  boolean hadTime(long sinceNanos) {
    return seenNanos() - sinceNanos > TIME_TO_ASK;
  }

  /**
   * Until when the loop knows what its peers did: what came later it may not have read. Every
   * patience is measured by this, and not by the clock: a loop that is behind is no peer's fault.
   */
  long seenNanos() {
    long now = System.nanoTime();
    return now - Math.min(now - Transport.caughtUpNanos(loop), MOST_BEHIND);
  }

  /**
   * Evicts whoever has to leave first.
   *
   * @param strangersToo whether it may also be one that has a stranger's place
   * @return false if nobody can go
   */
  private boolean letGo(boolean strangersToo) {
    long seen = seenNanos();
    if (strangersToo && seen - nobodyNanos < LOOKS_APART) {
      return false;
    }
    Connection leaving = strangersToo ? unserved(seen) : null;
    if (leaving == null) {
      leaving = quietest(strangersToo, seen);
    }
    if (leaving == null) {
      if (strangersToo) {
        nobodyNanos = seen;
      }
      return false;
    }
    evict(leaving);
    return true;
  }

  /** The next that has had no answer and had time to ask. */
  private @Nullable Connection unserved(long seen) {
    boolean crowd = isCrowd();
    if (unserved.isEmpty()) {
      List<Connection> found = new ArrayList<>();
      for (Connection connection : connections) {
        if (isUnserved(connection, seen, crowd)) {
          found.add(connection);
        }
      }
      found.sort(
          (a, b) -> Long.signum(progressNanos(a, seen, crowd) - progressNanos(b, seen, crowd)));
      unserved.addAll(found.subList(0, Math.min(found.size(), AT_ONCE)));
    }
    Connection next;
    do {
      next = unserved.poll();
    } while (next != null && !isUnserved(next, seen, crowd));
    return next;
  }

  private boolean isUnserved(Connection connection, long seen, boolean crowd) {
    if (!connection.charged || isServed(connection) || isKnown(connection)) {
      return false;
    }
    long time = !connection.spoke ? TIME_TO_SPEAK : crowd ? TIME_IN_A_CROWD : TIME_TO_ASK;
    return seen - progressNanos(connection, seen, crowd) > time
        && !isServedNow(connection, seen, crowd);
  }

  /** Of strangers that had answers the quietest; if there is none, of known clients. */
  private @Nullable Connection quietest(boolean strangersToo, long seen) {
    boolean crowd = isCrowd();
    Connection stranger = null;
    Connection known = null;
    for (Connection connection : connections) {
      if (!connection.charged || !(strangersToo || connection.member)) {
        continue;
      }
      boolean isKnown = isKnown(connection);
      if (!isKnown && !isServed(connection)) {
        continue;
      }
      long patience = isKnown ? patience(connection, crowd) : STRANGERS_QUIET;
      if (seen - connection.lastReadNanos > patience && !isServedNow(connection, seen, crowd)) {
        if (isKnown) {
          known = quieter(known, connection);
        } else {
          stranger = quieter(stranger, connection);
        }
      }
    }
    return stranger != null ? stranger : known;
  }

  private static long patience(Connection known, boolean crowd) {
    if (crowd && !known.member) {
      return GUESTS_QUIET;
    }
    return known.exchanges.isEmpty() ? MEMBERS_IDLE : MEMBERS_QUIET;
  }

  /** It has shown who it is, and asked. */
  private static boolean isKnown(Connection connection) {
    return connection.known && connection.requests > 0;
  }

  private static boolean isServed(Connection connection) {
    return connection.requests > connection.exchanges.size();
  }

  /** It is the server that is at work, or the peer takes what it asked for. */
  private static boolean isServedNow(Connection connection, long seen, boolean crowd) {
    if (connection.exchanges.isEmpty()) {
      return false;
    }
    long patience =
        !connection.known
            ? TIME_TO_ASK
            : crowd && !connection.member ? GUESTS_STALLED : MEMBERS_STALLED;
    for (Exchange exchange : connection.exchanges) {
      if (!exchange.restsSince(seen - patience)) {
        return true;
      }
    }
    return false;
  }

  /** When the peer last came nearer to a request. Bytes alone count for a while only. */
  private static long progressNanos(Connection connection, long seen, boolean crowd) {
    long since = crowd ? connection.stepNanos : connection.acceptedNanos;
    long time = crowd ? BYTES_IN_A_CROWD : TIME_FOR_BYTES;
    return seen - since > time ? since : connection.lastBytesNanos;
  }

  static Connection quieter(@Nullable Connection a, Connection b) {
    return a == null || b.lastReadNanos - a.lastReadNanos < 0 ? b : a;
  }
}
