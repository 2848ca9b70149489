package dev.rheo.client.reflector;

import java.time.Duration;

/** Time, as a reflector needs it; a test brings its own. Safe for use by many threads. */
public interface Timing {

  /** The time in nanoseconds from some origin. */
  long now();

  /** Waits. */
  void pause(Duration time) throws InterruptedException;

  /**
   * Runs something later, on a thread that must not be blocked for long.
   *
   * @return takes the order back
   */
  Runnable later(Duration time, Runnable what);
}
