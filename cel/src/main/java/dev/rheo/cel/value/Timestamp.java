package dev.rheo.cel.value;

import java.time.Duration;
import java.time.Instant;

/**
 * A time, with the offset from UTC that it was written with, which its text keeps. Times are equal
 * whatever their offsets are. Immutable.
 */
public final class Timestamp implements Comparable<Timestamp> {
  private final Instant time;
  private final int offset;

  private Timestamp(Instant time, int offset) {
    this.time = time;
    this.offset = offset;
  }

  /** A time in UTC. */
  public static Timestamp of(Instant time) {
    return new Timestamp(time, 0);
  }

  /**
   * @param offset in seconds east of UTC
   */
  public static Timestamp of(Instant time, int offset) {
    return new Timestamp(time, offset);
  }

  public Instant time() {
    return time;
  }

  /** The time some time later, with the same offset. */
  public Timestamp plus(Duration duration) {
    return new Timestamp(time.plus(duration), offset);
  }

  /** The time some time earlier, with the same offset. */
  public Timestamp minus(Duration duration) {
    return new Timestamp(time.minus(duration), offset);
  }

  /** Seconds east of UTC. */
  public int offset() {
    return offset;
  }

  @Override
  public int compareTo(Timestamp other) {
    return time.compareTo(other.time);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Timestamp that && time.equals(that.time);
  }

  @Override
  public int hashCode() {
    return time.hashCode();
  }
}
