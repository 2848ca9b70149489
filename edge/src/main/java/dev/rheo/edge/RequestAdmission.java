package dev.rheo.edge;

import dev.rheo.edge.Counters.Refusal;
import dev.rheo.edge.Counters.Stall;
import dev.rheo.edge.ledger.Account;
import dev.rheo.edge.ledger.Ledger;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Admits requests of one event loop against the {@link Ledger} and evicts others when it is full.
 * {@link ConnectionAdmission} does the same for connections.
 *
 * <p>Without eviction, a client that fills an account and then goes idle locks all others out. So a
 * newcomer that does not fit may evict requests that are stalled, which means that they wait for a
 * peer that neither sends nor reads:
 *
 * <pre>
 *   newcomer                      whom it may evict
 *   request of a stranger         stalled requests of strangers, oldest first
 *   request of a member           those, then other stalled requests, heaviest first,
 *                                 then waiting requests of the connection that has most of them
 *   watch of a member             stalled requests as above,
 *                                 then watches of the connection that has most of them
 * </pre>
 *
 * <p>{@link FairShares} finds those of the last two kinds.
 *
 * <p>A stranger is a peer that has not authenticated, a member is one that has. Event loop only,
 * except {@link #ask}.
 */
final class RequestAdmission {

  /** A member's connection or request without progress for this long is stalled. */
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(1);

  /** The same for a request whose peer has read part of the response. */
  private static final long READERS_PATIENCE = TimeUnit.SECONDS.toNanos(5);

  /**
   * The search for stalled requests visits all of them, so a failed search is followed by a pause.
   */
  private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(5);

  /** Maximum number of requests evicted at once, so that the next newcomers find room, too. */
  private static final int BATCH = 32;

  /** Maximum number of stalled requests that one search notes for the evictions after it. */
  private static final int NOTED = 256;

  /** Bytes of partial input and pending control frames that a connection holds free of charge. */
  private static final int FREE = 4 << 10;

  private static final int STEP = 4 << 10;

  final ConnectionAdmission admission;
  final RefusalReserve refusals;
  private final EdgeContext edge;
  private final Ledger ledger;
  private final Set<Connection> connections;
  private final EdgeClock clock;

  /**
   * Charges of strangers' requests on this event loop. Each loop gets an equal part of the account.
   */
  private long strangerStreams;

  private final long strangerStreamsLimit;
  private final FairShares shares;
  private final LoopTask roomForStranger;
  private final LoopTask roomForMember;

  /** The next stalled requests to evict, unless their peers have moved since. */
  private final ArrayDeque<Exchange> stalledStrangers = new ArrayDeque<>();

  private final ArrayDeque<Exchange> stalledMembers = new ArrayDeque<>();

  private long inVainNanos;

  /**
   * @param connections the connections of the event loop
   */
  RequestAdmission(EdgeContext edge, EventLoop loop, Set<Connection> connections) {
    this.admission = new ConnectionAdmission(edge, loop, connections);
    this.refusals = new RefusalReserve(edge);
    this.strangerStreamsLimit = edge.ledger.strangerStreams().limit() / edge.settings.eventLoops();
    this.edge = edge;
    this.ledger = edge.ledger;
    this.connections = connections;
    this.clock = edge.clock;
    this.inVainNanos = clock.nanoTime() - PAUSE;
    this.shares = new FairShares(loop, clock, edge.counters, connections, admission::seenNanos);
    this.roomForStranger = new LoopTask(loop, () -> makeRoom(null, true));
    this.roomForMember = new LoopTask(loop, this::makeRoomForMember);
  }

  /** Releases the charges of a closed connection. Idempotent. */
  void left(Connection connection) {
    hold(connection, 0, 0);
    admission.left(connection);
  }

  /**
   * Charges a connection for its partial input and for control frames that its peer does not read.
   * Closes the connection if the charge does not fit.
   */
  void settle(Connection connection) {
    long control = Math.max(0, Transport.pendingBytes(connection.channel) - connection.outstanding);
    boolean header = connection.headerSinceNanos != 0;
    long headers = header ? connection.unparsedBytes + connection.unparsedLines * Weights.FIELD : 0;
    long incoming =
        connection.recordBytes
            + connection.heldInput
            + control
            + (header ? 0 : connection.unparsedBytes);
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
   * Picks the connection to evict among those that {@link #hold} has charged. Stalled connections
   * come first, the quietest before others. If none is stalled, a stranger evicts only strangers
   * that hold more than itself; a member evicts strangers, then members that hold more than itself.
   * The heaviest goes first.
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
          connection.authenticated
              ? seen - connection.lastReadNanos > PATIENCE
              : admission.hadTime(connection.lastReadNanos);
      if (waits) {
        slowest = ConnectionAdmission.quieter(slowest, connection);
      } else if (held(connection) > share
          || (newcomer.authenticated && !connection.authenticated)) {
        if (!connection.authenticated) {
          stranger = heavier(stranger, connection);
        }
        heaviest = heavier(heaviest, connection);
      }
    }
    return slowest != null
        ? slowest
        : stranger != null || !newcomer.authenticated ? stranger : heaviest;
  }

  private static Connection heavier(@Nullable Connection a, Connection b) {
    return a == null || held(b) > held(a) ? b : a;
  }

  private static long held(Connection connection) {
    return connection.headersHeld + connection.incomingHeld;
  }

  /**
   * Charges a request; returns false if it does not fit.
   *
   * @param stranger whether the peer has not authenticated
   */
  boolean admit(Exchange exchange, Account account, long weight, boolean stranger) {
    if (tryCharge(account, weight, stranger)) {
      return true;
    }
    if (makeRoom(exchange, stranger) && tryCharge(account, weight, stranger)) {
      return true;
    }
    Connection connection = exchange.connection();
    // A connection keeps as much as the newcomer's would have with one more such request.
    long fair = connection.requestWeight() + 2 * weight;
    boolean shared = account == ledger.streams() || account == ledger.largeStreams();
    while (shared && shares.evictRequest(fair)) {
      if (account.tryCharge(weight)) {
        return true;
      }
    }
    // This request is refused, but the other loops make room for those that follow.
    for (RequestAdmission other : edge.rooms) {
      if (other != this) {
        other.ask(stranger);
        if (shared) {
          other.shares.askForRequest(fair);
        }
      }
      if (account == ledger.watches()) {
        other.shares.askForWatch(connection.count(Exchange::isWatch));
      }
    }
    return false;
  }

  /**
   * Asks the event loop to make room, unless such a request is already pending. Any thread.
   *
   * @param stranger whether the peer that needs it has not authenticated
   */
  void ask(boolean stranger) {
    (stranger ? roomForStranger : roomForMember).ask();
  }

  private void makeRoomForMember() {
    boolean ignored = makeRoom(null, false) || shares.evictRequest(FairShares.LARGE);
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

  /** Releases the charge of a stranger's request that was admitted. */
  void strangerLeft(long weight) {
    strangerStreams -= weight;
  }

  /**
   * Evicts some stalled requests; false if there is none, or in the pause after a failed search.
   */
  boolean makeRoom(@Nullable Exchange newcomer, boolean stranger) {
    long now = clock.nanoTime();
    long seen = admission.seenNanos();
    if (evictNoted(newcomer, stranger, now, seen)) {
      return true;
    }
    if (now - inVainNanos < PAUSE) {
      return false;
    }
    note(stalledStrangers, stalled(e -> e.isStranger() && e.restsSince(now)));
    if (stalledStrangers.isEmpty() && !stranger) {
      List<Exchange> members = stalled(e -> isStalledMember(e, seen));
      members.sort(Comparator.comparingLong(Exchange::weight).reversed());
      note(stalledMembers, members);
    }
    if (evictNoted(newcomer, stranger, now, seen)) {
      return true;
    }
    inVainNanos = now;
    return false;
  }

  private static void note(ArrayDeque<Exchange> noted, List<Exchange> stalled) {
    noted.addAll(stalled.subList(0, Math.min(NOTED, stalled.size())));
  }

  /** Whether the request has made no progress for the patience that its peer is granted. */
  private static boolean isStalledMember(Exchange exchange, long seen) {
    return exchange.restsSince(seen - (exchange.isTaken() ? READERS_PATIENCE : PATIENCE));
  }

  /** Evicts requests that the last search found and that are still stalled. */
  private boolean evictNoted(@Nullable Exchange newcomer, boolean stranger, long now, long seen) {
    int evicted = 0;
    while (evicted < BATCH) {
      Exchange next = stalledStrangers.poll();
      if (next == null && !stranger) {
        next = stalledMembers.poll();
      }
      if (next == null) {
        break;
      }
      boolean stalled = next.isStranger() ? next.restsSince(now) : isStalledMember(next, seen);
      if (stalled && next != newcomer) {
        edge.counters.stalled(Stall.EVICTED);
        next.evict();
        evicted++;
      }
    }
    return evicted > 0;
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
