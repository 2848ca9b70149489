package dev.rheo.store;

import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * The time of day as it was when this clock was made, and from then on as long as it took. It does
 * not jump when the clock of the machine is set, so that what is due after an hour is so after an
 * hour. Thread-safe.
 */
public final class SteadyClock implements InstantSource {
  private final Instant began;
  private final LongSupplier nanos;
  private final long beganNanos;

  /**
   * @param wall asked once
   * @param nanos monotonic, in nanoseconds, such as {@link System#nanoTime}
   */
  public SteadyClock(InstantSource wall, LongSupplier nanos) {
    this.began = wall.instant();
    this.nanos = nanos;
    this.beganNanos = nanos.getAsLong();
  }

  @Override
  public Instant instant() {
    return began.plusNanos(nanos.getAsLong() - beganNanos);
  }
}
