package dev.rheo.store.etcd;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.LongUnaryOperator;

/**
 * The leases that give keys a time to live. A lease of etcd costs more than a key, so keys with the
 * same time share one, as with kube-apiserver: a lease is given to keys for a part of its time, and
 * lives so much longer.
 *
 * <p>Thread-safe.
 */
final class Leases {
  /** The most keys of a lease: they expire in one write. */
  static final int MOST_KEYS = 1000;

  /** The part of its time for which a lease is given to more keys, in percent, and at most. */
  private static final long SHARED_PERCENT = 5;

  private static final long LONGEST_SHARED_SECONDS = 60;

  /** So many times to live are remembered. */
  private static final int MOST_TIMES = 64;

  private final LongUnaryOperator grant;
  private final LongSupplier nanoTime;
  private final Map<Long, Shared> shared = new HashMap<>();

  private static final class Shared {
    final long lease;
    final long until;
    int keys;

    Shared(long lease, long until) {
      this.lease = lease;
      this.until = until;
    }
  }

  /**
   * @param grant makes a lease of so many seconds and returns its number
   */
  Leases(LongUnaryOperator grant, LongSupplier nanoTime) {
    this.grant = grant;
    this.nanoTime = nanoTime;
  }

  /** The lease for a key that is to live for this long; 0 for ever. */
  synchronized long of(Duration ttl) {
    if (ttl.isZero()) {
      return 0;
    }
    long seconds = Math.max(1, ttl.plusNanos(999_999_999).toSeconds());
    long now = nanoTime.getAsLong();
    Shared known = shared.get(seconds);
    if (known == null || known.until - now <= 0 || known.keys >= MOST_KEYS) {
      long more = Math.min(LONGEST_SHARED_SECONDS, seconds * SHARED_PERCENT / 100);
      known =
          new Shared(grant.applyAsLong(seconds + more), now + Duration.ofSeconds(more).toNanos());
      if (shared.size() >= MOST_TIMES) {
        shared.clear();
      }
      shared.put(seconds, known);
    }
    known.keys++;
    return known.lease;
  }
}
