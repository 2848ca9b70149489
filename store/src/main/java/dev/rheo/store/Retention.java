package dev.rheo.store;

import java.time.Duration;

/**
 * How much history a store keeps.
 *
 * @param age history older than this is forgotten
 * @param bytes when more than this was written within that time, what lies before it is forgotten
 *     too; whatever is written, the last {@link #FLOOR} stay
 */
public record Retention(Duration age, long bytes) {
  /** History of this age is never forgotten: a client that was cut off must find its way back. */
  public static final Duration FLOOR = Duration.ofMinutes(5);

  public Retention {
    if (age.compareTo(FLOOR) < 0) {
      throw new IllegalArgumentException("the history of the last %s is kept".formatted(FLOOR));
    }
    if (bytes < 0) {
      throw new IllegalArgumentException("a negative number of bytes");
    }
  }

  /** One hour, and one GiB. */
  public static Retention defaults() {
    return new Retention(Duration.ofHours(1), 1L << 30);
  }
}
