package dev.rheo.edge;

import dev.rheo.edge.Counters.Refusal;
import dev.rheo.edge.Counters.Stall;
import dev.rheo.edge.ledger.Account;
import dev.rheo.edge.ledger.Ledger;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Decides which connections of one event loop stay when there is not room for all.
 *
 * <p>A newcomer evicts the first of these:
 *
 * <ol>
 *   <li>of the connections that have had no response and enough time to send a request, the one
 *       that made no progress towards a request for longest;
 *   <li>of the strangers' connections that have had a response and sent nothing for a while, the
 *       quietest;
 *   <li>the same of members, who get more time. Guests get less while newcomers wait.
 * </ol>
 *
 * <p>A stranger is a peer that has not authenticated, a member is one that has. A guest is a member
 * whose connection is still charged to the strangers' account because that of members is full.
 *
 * <p>A connection that had no time to act is not evicted, because the event loop itself may be
 * behind. If none can be evicted, the listener is paused and newcomers wait in the kernel's accept
 * queue. The few that were already accepted stay over the limit.
 *
 * <p>Event loop only, except {@link #ask}.
 */
final class ConnectionAdmission {

  /**
   * Time for a stranger to complete the TLS handshake and send a request, measured by {@link
   * #seenNanos}.
   */
  private static final long TIME_TO_ASK = TimeUnit.MILLISECONDS.toNanos(250);

  /** The same while newcomers wait, because health checks may be among them. */
  private static final long TIME_IN_A_CROWD = TimeUnit.MILLISECONDS.toNanos(50);

  /**
   * Waiting newcomers count as a crowd after this time, and until this time after the last one
   * waited.
   */
  private static final long CROWD_LASTS = TimeUnit.MILLISECONDS.toNanos(250);

  /** Time for the first TLS record, which clients send as soon as they are connected. */
  private static final long TIME_TO_SPEAK = TimeUnit.MILLISECONDS.toNanos(50);

  /** The same while newcomers wait: in the accept queue they had the time to speak already. */
  private static final long TIME_TO_SPEAK_IN_A_CROWD = TimeUnit.MILLISECONDS.toNanos(10);

  /** Time since accept during which received bytes count as progress towards a request. */
  private static final long TIME_FOR_BYTES = TimeUnit.SECONDS.toNanos(2);

  /**
   * The same while newcomers wait, counted from the last of these: accept, first TLS record, end of
   * the handshake.
   */
  private static final long BYTES_IN_A_CROWD = TimeUnit.MILLISECONDS.toNanos(400);

  private static final long STRANGERS_QUIET = TimeUnit.SECONDS.toNanos(1);

  /**
   * Silence after which a member with open requests may be evicted. {@code MEMBERS_IDLE} applies to
   * one without, which may be about to send a request.
   */
  private static final long MEMBERS_QUIET = TimeUnit.SECONDS.toNanos(2);

  private static final long MEMBERS_IDLE = TimeUnit.SECONDS.toNanos(5);

  /**
   * Replaces the two above for a guest while newcomers wait. Newcomers, health checks among them,
   * fit into the strangers' account only.
   */
  private static final long GUESTS_QUIET = TimeUnit.MILLISECONDS.toNanos(500);

  /** Time without progress after which a member's response no longer protects its connection. */
  private static final long MEMBERS_STALLED = TimeUnit.SECONDS.toNanos(5);

  private static final long GUESTS_STALLED = TimeUnit.SECONDS.toNanos(1);

  /**
   * The search for a connection to evict visits all of them, so a failed search is followed by a
   * pause.
   */
  private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(10);

  /** Upper bound on the lag of an event loop that is credited to its peers. */
  private static final long MOST_BEHIND = TimeUnit.SECONDS.toNanos(2);

  /** Maximum number of connections queued for eviction by one search. */
  private static final int AT_ONCE = 64;

  /** Maximum number of connections whose sockets one search asks for unread bytes. */
  private static final int MOST_ASKED = 4 * AT_ONCE;

  /**
   * Only the passage of time makes connections evictable, so searches are at least this far apart.
   */
  private static final long LOOKS_APART = TimeUnit.MILLISECONDS.toNanos(5);

  private static final int MOST_OVER = 128;
  private static final Duration LOOK_AGAIN = Duration.ofMillis(10);

  private final EdgeContext edge;
  private final Ledger ledger;
  private final EventLoop loop;
  private final EdgeClock clock;
  private final Set<Connection> connections;
  private final LoopTask makingRoom;
  private final boolean tellsUnread;

  /** The next connections without a response to evict, unless they have sent a request since. */
  private final ArrayDeque<Connection> unserved = new ArrayDeque<>();

  /** Connections accepted over the limit since the listener was paused; 0 if it is not paused. */
  private int over;

  /** When the present crowd began; {@code crowdUntilNanos} is when a newcomer last had to wait. */
  private long crowdSinceNanos;

  private long crowdUntilNanos;

  /** When a search last found no connection to evict. */
  private long nobodyNanos;

  /** When a connection last failed to move to the members' account. */
  private long inVainNanos;

  /**
   * @param connections the connections of the event loop
   */
  ConnectionAdmission(EdgeContext edge, EventLoop loop, Set<Connection> connections) {
    this.edge = edge;
    this.ledger = edge.ledger;
    this.loop = loop;
    this.clock = edge.clock;
    this.connections = connections;
    this.crowdSinceNanos = clock.nanoTime();
    this.crowdUntilNanos = crowdSinceNanos;
    this.nobodyNanos = crowdSinceNanos - LOOKS_APART;
    this.inVainNanos = crowdSinceNanos - PAUSE;
    this.makingRoom = new LoopTask(loop, this::makeRoom);
    this.tellsUnread = UnreadInput.isKnown(loop);
  }

  /** Charges a connection that was just accepted; false if it must be closed. */
  boolean enter(Connection connection) {
    edge.acceptance.arrived();
    if (!chargeWithRoom()) {
      askOthers();
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
        clock.schedule(loop, this::lookAgain, LOOK_AGAIN);
      }
    }
    connection.charged = true;
    return true;
  }

  private void askOthers() {
    for (RequestAdmission other : edge.rooms) {
      if (other.admission != this) {
        other.admission.ask();
      }
    }
  }

  private void crowded() {
    long now = clock.nanoTime();
    if (now - crowdUntilNanos > CROWD_LASTS) {
      crowdSinceNanos = now;
    }
    crowdUntilNanos = now;
  }

  private boolean isCrowd() {
    return crowdUntilNanos - crowdSinceNanos > CROWD_LASTS
        && clock.nanoTime() - crowdUntilNanos < CROWD_LASTS;
  }

  private boolean chargeWithRoom() {
    while (!charge()) {
      if (!letGo(true)) {
        return false;
      }
      if (hasFewer()) {
        askOthers();
      }
    }
    return true;
  }

  /**
   * Whether the event loop has far fewer connections than the others. Newcomers come to all loops
   * in turn, so the few would soon be too young to evict while the others keep older ones.
   */
  private boolean hasFewer() {
    return 4L * connections.size() * edge.rooms.size() < 3L * edge.connections.get();
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
        // Whom another loop had to spare before may have had time by now.
        askOthers();
        crowded();
        clock.schedule(loop, this::lookAgain, LOOK_AGAIN);
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

  /**
   * Asks for an eviction on behalf of another loop that found no connection to evict. Any thread.
   */
  void ask() {
    makingRoom.ask();
  }

  private void makeRoom() {
    // As if a newcomer came and left again.
    if (chargeWithRoom()) {
      release(ledger.strangerConnections());
    }
  }

  /**
   * Called when the peer has authenticated. Moves the connection to the members' account. If that
   * is full, the peer becomes a guest.
   */
  void vouched(Connection connection) {
    connection.authenticated = true;
    if (connection.member || !connection.charged) {
      return;
    }
    while (!moveOver()) {
      if (clock.nanoTime() - inVainNanos < PAUSE) {
        return;
      }
      if (!letGo(false)) {
        inVainNanos = clock.nanoTime();
        return;
      }
    }
    connection.member = true;
  }

  /**
   * Moves the charge from the strangers' to the members' account without exceeding their common
   * limit.
   */
  private boolean moveOver() {
    ledger.strangerConnections().release(Weights.CONNECTION);
    if (ledger.memberConnections().tryCharge(Weights.CONNECTION)) {
      return true;
    }
    ledger.strangerConnections().force(Weights.CONNECTION);
    return false;
  }

  /** Releases the charges of a closed connection. Idempotent. */
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

  /**
   * Closes a connection and releases its charges at once, since the channel may close a moment
   * later.
   */
  void evict(Connection connection) {
    edge.counters.stalled(Stall.EVICTED);
    connection.closeHard();
    connection.closed();
  }

  /** Whether a stranger has had the time to continue what it began. */
  boolean hadTime(long sinceNanos) {
    return seenNanos() - sinceNanos > TIME_TO_ASK;
  }

  /**
   * Time up to which the loop has read its peers' input; it may not have read later input. All
   * timeouts of this class are measured against it instead of the clock, so that peers are not
   * blamed for a loop that is behind. It lags by at most {@link #MOST_BEHIND}.
   */
  long seenNanos() {
    long now = clock.nanoTime();
    return now - Math.min(now - Transport.caughtUpNanos(loop, clock), MOST_BEHIND);
  }

  /**
   * Evicts the connection that is first in order.
   *
   * @param strangersToo whether connections charged to the strangers' account may be evicted, too
   * @return false if there is none to evict
   */
  private boolean letGo(boolean strangersToo) {
    long now = clock.nanoTime();
    if (strangersToo && now - nobodyNanos < LOOKS_APART) {
      return false;
    }
    Connection leaving = strangersToo ? unserved(tellsUnread ? now : seenNanos()) : null;
    if (leaving == null) {
      leaving = quietest(strangersToo, seenNanos());
    }
    if (leaving == null) {
      if (strangersToo) {
        nobodyNanos = now;
      }
      return false;
    }
    evict(leaving);
    return true;
  }

  /**
   * The next connection that has had no response and had time to send a request.
   *
   * @param seen time up to which the server knows what the peers have sent. Where a socket tells
   *     whether it holds unread bytes, this is now: a crowd must not wait for a loop that is behind
   */
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
      found.stream()
          .limit(MOST_ASKED)
          .filter(connection -> !hasUnread(connection))
          .limit(AT_ONCE)
          .forEach(unserved::add);
    }
    Connection next;
    do {
      next = unserved.poll();
    } while (next != null && (!isUnserved(next, seen, crowd) || hasUnread(next)));
    return next;
  }

  private boolean hasUnread(Connection connection) {
    return tellsUnread && UnreadInput.waits(connection.channel);
  }

  private boolean isUnserved(Connection connection, long seen, boolean crowd) {
    if (!isEvictable(connection) || isServed(connection) || isKnown(connection)) {
      return false;
    }
    return seen - progressNanos(connection, seen, crowd) > timeFor(connection, crowd)
        && !isServedNow(connection, seen, crowd);
  }

  private static long timeFor(Connection unserved, boolean crowd) {
    if (unserved.spoke) {
      return crowd ? TIME_IN_A_CROWD : TIME_TO_ASK;
    }
    return crowd ? TIME_TO_SPEAK_IN_A_CROWD : TIME_TO_SPEAK;
  }

  /** Whether the connection occupies room, and the server has seen all that its peer sent. */
  private static boolean isEvictable(Connection connection) {
    return connection.charged && !connection.inputQueued;
  }

  /** The quietest stranger that has had a response; if there is none, the quietest member. */
  private @Nullable Connection quietest(boolean strangersToo, long seen) {
    boolean crowd = isCrowd();
    Connection stranger = null;
    Connection known = null;
    for (Connection connection : connections) {
      if (!isEvictable(connection) || !(strangersToo || connection.member)) {
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

  /** Whether the peer has authenticated and sent a request. */
  private static boolean isKnown(Connection connection) {
    return connection.authenticated && connection.requests > 0;
  }

  private static boolean isServed(Connection connection) {
    return connection.requests > connection.exchanges.size();
  }

  /** Whether a request waits for the server, or its peer sends or reads. */
  private static boolean isServedNow(Connection connection, long seen, boolean crowd) {
    if (connection.exchanges.isEmpty()) {
      return false;
    }
    long patience =
        !connection.authenticated
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
