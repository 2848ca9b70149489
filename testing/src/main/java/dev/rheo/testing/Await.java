package dev.rheo.testing;

import java.time.Duration;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** Waits in a test for what other threads bring about. */
public final class Await {

  private static final Duration AT_MOST = Duration.ofMinutes(1);
  private static final Duration BETWEEN = Duration.ofMillis(2);

  private Await() {}

  /**
   * Returns as soon as a condition is true. Fails if it is not within a minute, or if looking at it
   * fails.
   *
   * @param what names the condition in the failure
   * @param condition evaluated by the calling thread, at least once
   */
  public static void until(String what, Callable<Boolean> condition) {
    await(what).until(condition);
  }

  /** Fails unless a condition comes true and stays so for some time. */
  public static void holds(String what, Duration time, Callable<Boolean> condition) {
    await(what).during(time).until(condition);
  }

  private static ConditionFactory await(String what) {
    return Awaitility.await(what)
        .pollInSameThread()
        .dontCatchUncaughtExceptions()
        .pollDelay(Duration.ZERO)
        .pollInterval(BETWEEN)
        .atMost(AT_MOST);
  }
}
