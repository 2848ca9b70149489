package dev.rheo.cache;

import dev.rheo.simulation.BrokenPromise;
import dev.rheo.simulation.Scheduler;
import java.nio.file.Path;
import java.time.Duration;

/** Threads wait in {@link RevisionWaits} for revisions that another publishes. */
public final class RevisionWaitsSimulation implements Scheduler.Body {
  private static final int REVISIONS = 30;
  private static final int WAITERS = 5;
  private static final long LONG = Duration.ofDays(1).toNanos();

  private final Scheduler scheduler;
  private final RevisionWaits waits;
  private volatile long published;
  private long publishedAt;
  private int active = WAITERS;

  public RevisionWaitsSimulation(Scheduler scheduler, Path directory) {
    this.scheduler = scheduler;
    this.waits = new RevisionWaits(new SimulatedThreads(scheduler), () -> published);
  }

  @Override
  public void run() {
    for (int i = 0; i < WAITERS; i++) {
      scheduler.start("reader", this::await);
    }
    for (int i = 0; i < REVISIONS; i++) {
      published++;
      waits.reached(published);
      publishedAt = scheduler.nanoTime();
      scheduler.sleep(scheduler.random().nextLong(1_000_000));
    }
    boolean ignored = scheduler.await("readers", () -> active == 0, Scheduler.FOREVER);
    if (waits.waiting() != 0) {
      throw new BrokenPromise("nobodyIsLeftWaiting", waits.waiting() + " wait");
    }
    // A wake-up that is lost shows only when the long wait is over.
    if (scheduler.nanoTime() - publishedAt > LONG / 2) {
      throw new BrokenPromise("everyWaitIsWoken", "one waited for a day");
    }
  }

  private void await() throws Throwable {
    long wanted = 0;
    while (wanted < REVISIONS) {
      wanted = Math.min(REVISIONS, wanted + 1 + scheduler.random().nextInt(5));
      boolean patient = wanted == REVISIONS || scheduler.random().nextBoolean();
      long most = patient ? LONG : scheduler.random().nextLong(1_000_000);
      long began = scheduler.nanoTime();
      boolean reached = waits.await(wanted, Duration.ofNanos(most));
      if (reached && published < wanted) {
        throw new BrokenPromise("awaitedRevisionIsThere", published + " instead of " + wanted);
      }
      if (!reached && scheduler.nanoTime() - began < most) {
        throw new BrokenPromise("waitsAsLongAsAsked", "gave up early");
      }
    }
    active--;
  }
}
