package dev.rheo.bench;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/**
 * What a handler counts: objects that were added, and updates that carry the stamp that is
 * expected.
 */
final class Tally {
  static final String ANNOTATION = "bench.rheo.dev/stamp";

  /** What updates are expected to carry, and how many of them. */
  private record Expected(String stamp, long count) {}

  private final AtomicLong added = new AtomicLong();
  private final AtomicLong stamped = new AtomicLong();
  private volatile long toldAt;
  private volatile Expected expected = new Expected("", 0);

  void add() {
    added.incrementAndGet();
  }

  /**
   * @param carries whether the object has a stamp
   */
  void update(Predicate<String> carries) {
    Expected now = expected;
    if (now.count > 0 && carries.test(now.stamp) && stamped.incrementAndGet() == now.count) {
      toldAt = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    }
  }

  long added() {
    return added.get();
  }

  void expect(String stamp, long count) {
    stamped.set(0);
    toldAt = 0;
    expected = new Expected(stamp, count);
  }

  long stamped() {
    return stamped.get();
  }

  /** When the last one that was expected came, in microseconds; 0 if it has not. */
  long toldAt() {
    return toldAt;
  }
}
