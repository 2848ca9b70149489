package dev.rheo.edge;

import dev.rheo.edge.Counters.Stall;
import dev.rheo.edge.ledger.Account;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Charges the responses to members' requests that were refused for lack of room. Each event loop
 * has an equal part of the account, so that it can always cut the responses that keep a new one
 * from being charged: those that their peers do not read. Event loop only.
 */
final class RefusalReserve {

  /** Maximum number of responses cut at once, so that the next ones find room, too. */
  private static final int BATCH = 32;

  private final EdgeContext edge;
  private final Account account;
  private final long limit;

  /** The requests whose responses are charged, oldest first. */
  private final Set<Exchange> refused = new LinkedHashSet<>();

  RefusalReserve(EdgeContext edge) {
    this.edge = edge;
    this.account = edge.ledger.reserve();
    this.limit = account.limit() / Weights.STREAM / edge.settings.eventLoops();
  }

  /** Charges the response to a refused request; returns false if it does not fit. */
  boolean tryCharge(Exchange exchange, Charges charges) {
    if (refused.size() >= limit) {
      cutUnread();
    }
    if (refused.size() >= limit || !account.tryCharge(Weights.STREAM)) {
      return false;
    }
    charges.stream(account, Weights.STREAM);
    refused.add(exchange);
    return true;
  }

  /** Forgets a request whose charges were released. */
  void left(Exchange exchange) {
    refused.remove(exchange);
  }

  private void cutUnread() {
    long now = edge.clock.nanoTime();
    // A copy, because a request that is cut leaves the set, perhaps with others of its connection.
    List<Exchange> unread =
        refused.stream().filter(exchange -> exchange.restsSince(now)).limit(BATCH).toList();
    for (Exchange exchange : unread) {
      edge.counters.stalled(Stall.EVICTED);
      exchange.evict();
    }
  }
}
