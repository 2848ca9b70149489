package dev.rheo.store;

import java.time.Duration;

/**
 * How much history a store keeps.
 *
 * @param age history older than this is compacted
 * @param bytes history is compacted earlier once more than this was written after it, but never
 *     before it reaches the age of {@link #FLOOR}
 */
public record Retention(Duration age, long bytes) {
  /** History up to this age is always kept, so that a disconnected client can resume a watch. */
  public static final Duration FLOOR = Duration.ofMinutes(5);

  public Retention {
    if (age.compareTo(FLOOR) < 0) {
      throw new IllegalArgumentException("the history of the last %s is kept".formatted(FLOOR));
    }
    if (bytes < 0) {
      throw new IllegalArgumentException("a negative number of bytes");
    }
  }
}
