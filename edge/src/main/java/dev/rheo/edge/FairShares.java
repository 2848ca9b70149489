package dev.rheo.edge;

import dev.rheo.edge.Counters.Stall;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes the connection of one event loop that has most watches, or the largest waiting requests,
 * give some up for a member whose connection has less. {@link RequestAdmission} asks for it once no
 * request is stalled.
 *
 * <p>A waiting request is on its way to be stalled. Without this rule a peer that asks faster than
 * its requests become stalled would keep the others out. Watches that wait for events are never
 * stalled and may stay for hours.
 *
 * <p>Event loop only, except {@link #askForWatch} and {@link #askForRequest}.
 */
final class FairShares {

  /** A response of which the peer has read nothing is waiting after this long. */
  private static final long WAITING = TimeUnit.MILLISECONDS.toNanos(100);

  /** The same for a request whose body does not come: twice the way there and back may take it. */
  private static final long SENDERS_WAITING = TimeUnit.MILLISECONDS.toNanos(300);

  /** The same for a response of which the peer has read a part. */
  private static final long READERS_WAITING = TimeUnit.SECONDS.toNanos(1);

  /** Number of watches that a connection never has to give up. */
  private static final int MODEST = 16;

  /** Maximum number of watches that are asked to end at once. */
  private static final int BATCH = 32;

  /**
   * A request that weighs more is large. A connection's only waiting request is given up only if it
   * is large.
   */
  static final int LARGE = 16 << 10;

  /** Maximum number of waiting requests that one search notes. */
  private static final int NOTED = 256;

  /** A search visits all requests, so searches are at least this far apart. */
  private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(5);

  /** Pause after watches were asked to end, which takes them a moment. */
  private static final long ENDING = TimeUnit.MILLISECONDS.toNanos(100);

  /**
   * @param rank weight of the connection's waiting requests, of this one and younger ones
   */
  private record Waiting(Exchange exchange, long rank) {}

  private final EdgeClock clock;
  private final Counters counters;
  private final Set<Connection> connections;
  private final LongSupplier seenNanos;
  private final LoopTask endingWatches;
  private final LoopTask evictingRequest;

  /** Waiting requests by falling rank. */
  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();

  private long waitingAgainNanos;
  private long watchesAgainNanos;

  /**
   * @param connections the connections of the event loop
   * @param seenNanos time up to which the event loop has read its peers' input
   */
  FairShares(
      EventLoop loop,
      EdgeClock clock,
      Counters counters,
      Set<Connection> connections,
      LongSupplier seenNanos) {
    this.endingWatches = new LoopTask(loop, own -> endWatches((int) own));
    this.evictingRequest =
        new LoopTask(
            loop,
            fair -> {
              boolean ignored = evictRequest(fair);
            });
    this.clock = clock;
    this.counters = counters;
    this.connections = connections;
    this.seenNanos = seenNanos;
    this.waitingAgainNanos = clock.nanoTime();
    this.watchesAgainNanos = waitingAgainNanos;
  }

  /**
   * Asks for {@link #endWatches} in the event loop. Any thread.
   *
   * @param own number of watches on the newcomer's connection
   */
  void askForWatch(int own) {
    endingWatches.ask(own);
  }

  /**
   * Asks for {@link #evictRequest} in the event loop. Any thread.
   *
   * @param fair weight that a connection may keep, in bytes
   */
  void askForRequest(long fair) {
    evictingRequest.ask(fair);
  }

  /**
   * Ends the latest watches of the connection that has most of them, if it has more than twice as
   * many as the newcomer's. A watch may end at any time; its client resumes from the last
   * resourceVersion.
   */
  private void endWatches(int own) {
    int fair = Math.max(MODEST, 2 * own);
    long now = clock.nanoTime();
    if (now - watchesAgainNanos < 0) {
      return;
    }
    watchesAgainNanos = now + PAUSE;
    int most = 0;
    Connection greediest = null;
    for (Connection connection : connections) {
      int count = connection.count(Exchange::isLongRunning);
      if (count > most) {
        most = count;
        greediest = connection;
      }
    }
    if (greediest == null || most <= fair) {
      return;
    }
    watchesAgainNanos = now + ENDING;
    greediest.exchanges.stream()
        .filter(Exchange::isLongRunning)
        .skip(Math.max(fair, most - BATCH))
        .forEach(
            watch -> {
              counters.stalled(Stall.SHARED);
              watch.finish();
            });
  }

  /**
   * Evicts a waiting request of the connection whose waiting requests weigh most.
   *
   * @param fair weight that a connection may keep, in bytes
   * @return false if none has more
   */
  boolean evictRequest(long fair) {
    long now = clock.nanoTime();
    long seen = seenNanos.getAsLong();
    if (!hasMoreThan(fair) && now - waitingAgainNanos >= 0) {
      waitingAgainNanos = now + PAUSE;
      rankWaiting(seen);
    }
    while (hasMoreThan(fair)) {
      Exchange next = waiting.remove().exchange();
      if (isWaiting(next, seen)) {
        counters.stalled(Stall.SHARED);
        next.evict();
        return true;
      }
    }
    return false;
  }

  private boolean hasMoreThan(long weight) {
    @Nullable Waiting first = waiting.peek();
    return first != null && first.rank() > weight;
  }

  private void rankWaiting(long seen) {
    List<Waiting> ranked = new ArrayList<>();
    for (Connection connection : connections) {
      List<Exchange> those = connection.exchanges.stream().filter(e -> isWaiting(e, seen)).toList();
      long rank = 0;
      for (Exchange exchange : those.reversed()) {
        boolean last = rank == 0;
        rank += exchange.weight();
        if (!last || rank > LARGE) {
          ranked.add(new Waiting(exchange, rank));
        }
      }
    }
    ranked.sort(Comparator.comparingLong(Waiting::rank).reversed());
    waiting.clear();
    waiting.addAll(ranked.subList(0, Math.min(NOTED, ranked.size())));
  }

  private static boolean isWaiting(Exchange exchange, long seen) {
    long time =
        exchange.isTaken() ? READERS_WAITING : exchange.isReading() ? SENDERS_WAITING : WAITING;
    return !exchange.isWatch() && exchange.restsSince(seen - time);
  }
}
