package dev.rheo.junit.fault;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The moment between the last bytes of an answer and the break of its connection. Many clients drop
 * what they have received and not read when a stream is reset, so that a break right after three
 * events would often show them none.
 *
 * <p>Event loop only, except for the wake-up.
 */
final class Grace {
  private static final long MILLIS = 100;

  private boolean begun;
  private volatile boolean over;

  /** Whether it is over. The first call begins it; the wake-up is run when it ends. */
  boolean isOver(Runnable wake) {
    if (!begun) {
      begun = true;
      CompletableFuture.delayedExecutor(MILLIS, TimeUnit.MILLISECONDS, Runnable::run)
          .execute(
              () -> {
                over = true;
                wake.run();
              });
    }
    return over;
  }
}
