package dev.rheo.server.request;

import dev.rheo.api.status.ApiException;
import dev.rheo.edge.HttpRequest;
import dev.rheo.edge.HttpResponse;
import dev.rheo.edge.RequestClass;
import dev.rheo.server.metrics.SeatStats;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.LongAdder;

/**
 * Limits how many reads and how many writes run at once. A request takes a seat only after its user
 * is known and allowed to make it. Health checks must be answered even if nothing else is, and
 * watches last as long as their clients want, so neither takes a seat. Thread-safe.
 */
public final class Seats {

  /**
   * The limits.
   *
   * @param reads reads that run at once
   * @param writes writes that run at once
   * @param waiting requests that wait for a seat of one kind; more are refused at once
   * @param patience how long a request waits before it is refused
   */
  public record Limits(int reads, int writes, int waiting, Duration patience) {

    /** 400 reads and 200 writes, as upstream; 1000 of each may wait for a second. */
    public static Limits defaults() {
      return new Limits(400, 200, 1000, Duration.ofSeconds(1));
    }
  }

  private final ConcurrencyLimit reads;
  private final ConcurrencyLimit writes;
  private final Duration patience;
  private final LongAdder refusedReads = new LongAdder();
  private final LongAdder refusedWrites = new LongAdder();

  public Seats(Limits limits) {
    reads = new ConcurrencyLimit(limits.reads(), limits.waiting());
    writes = new ConcurrencyLimit(limits.writes(), limits.waiting());
    patience = limits.patience();
  }

  public SeatStats stats() {
    return new SeatStats(reads.taken(), writes.taken(), refusedReads.sum(), refusedWrites.sum());
  }

  /**
   * Runs the rest of a request on a seat. Blocks the calling (virtual) thread while none is free.
   *
   * @throws ApiException 429 if no seat becomes free in time
   */
  HttpResponse run(RequestClass kind, HttpRequest request, Callable<HttpResponse> rest)
      throws Exception {
    return switch (kind) {
      case EXEMPT, LONG_RUNNING -> rest.call();
      case READ -> seated(reads, refusedReads, request, rest);
      case MUTATING -> seated(writes, refusedWrites, request, rest);
    };
  }

  private HttpResponse seated(
      ConcurrencyLimit limit, LongAdder refused, HttpRequest request, Callable<HttpResponse> rest)
      throws Exception {
    if (!limit.acquire(patience)) {
      refused.increment();
      throw MemoryMeter.tooMany();
    }
    try {
      // If the client has gone meanwhile, the work need not begin.
      return request.cancelled() ? HttpResponse.empty(499) : rest.call();
    } finally {
      limit.release();
    }
  }
}
