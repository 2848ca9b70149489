package dev.rheo.cache;

import dev.rheo.simulation.Scheduler;
import java.nio.file.Path;

/**
 * Watchers wait for the events of a writer that hardly pauses. Some are asked again before they are
 * woken, as a stream is that sends bookmarks. Nobody may sleep through an event or pass one over,
 * and each list is of one revision.
 */
public final class WakeUpSimulation implements Scheduler.Body {
  private static final int WATCHERS = 4;
  private static final int WRITES = 25;
  private static final long LONG = 5_000_000_000L;

  private final Scheduler scheduler;
  private final Path directory;
  private int active = WATCHERS + 1;
  private boolean written;

  public WakeUpSimulation(Scheduler scheduler, Path directory) {
    this.scheduler = scheduler;
    this.directory = directory;
  }

  @Override
  public void run() throws Throwable {
    SimulatedWorld world = new SimulatedWorld(scheduler, directory, LinuxFile.linked());
    boolean ignored = scheduler.await("ready", world.cache::ready, Scheduler.FOREVER);
    for (int i = 0; i < WATCHERS; i++) {
      boolean restless = i % 2 == 0;
      scheduler.start("watcher", () -> watch(world, restless));
    }
    scheduler.start("lister", () -> list(world));
    for (int i = 0; i < WRITES; i++) {
      world.write();
      scheduler.sleep(scheduler.random().nextLong(500_000));
    }
    written = true;
    ignored = scheduler.await("watchers", () -> active == 0, Scheduler.FOREVER);
    world.close();
  }

  private void list(SimulatedWorld world) {
    while (!written) {
      Snapshot snapshot = world.cache.resource("pods").snapshot();
      world.invariants.initialEventsAreStateAtR(
          world.pods, snapshot, world.index(world.pods, snapshot), "index");
      scheduler.sleep(scheduler.random().nextLong(200_000));
    }
    active--;
  }

  private void watch(SimulatedWorld world, boolean restless) throws Exception {
    Watcher watcher =
        new Watcher(
            world, world.cache, world.pods, world.scope(world.pods), world.cache.revision(), true);
    while (!written || watcher.expected() != null) {
      long most = restless ? scheduler.random().nextLong(200_000) : LONG;
      boolean ignored =
          scheduler.await(
              "wake-up", () -> watcher.woken || written && watcher.expected() == null, most);
      world.invariants.everyEventWakesItsReader(watcher);
      watcher.woken |= restless;
      watcher.poll(1 + scheduler.random().nextInt(3));
    }
    watcher.close();
    active--;
  }
}
