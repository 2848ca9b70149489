package dev.rheo.cache;

import dev.rheo.simulation.Scheduler;
import dev.rheo.store.CompactedException;
import java.nio.file.Path;

/** Lists and watchers of old events, while records are written and the cleaner moves others. */
public final class CleaningSimulation implements Scheduler.Body {
  private static final int BURSTS = 20;
  private static final int WRITES = 8;

  /**
   * Shorter than the interval of cleaning: the interval then ends with the first write of every
   * second burst, so that records are moved while others are written.
   */
  private static final long PAUSE = 400_000_000L;

  private final Scheduler scheduler;
  private final Path directory;
  private boolean bursting;
  private boolean done;
  private int active = 2;

  public CleaningSimulation(Scheduler scheduler, Path directory) {
    this.scheduler = scheduler;
    this.directory = directory;
  }

  @Override
  public void run() throws Throwable {
    SimulatedWorld world = new SimulatedWorld(scheduler, directory, LinuxFile.linked());
    world.usualText = 12_000;
    boolean ignored = scheduler.await("ready", world.cache::ready, Scheduler.FOREVER);
    scheduler.start("lister", () -> list(world));
    scheduler.start("watcher", () -> watch(world));
    for (int i = 0; i < BURSTS; i++) {
      world.store.compact(Math.max(1, world.acknowledged() - scheduler.random().nextInt(20)));
      bursting = true;
      for (int j = 0; j < WRITES; j++) {
        world.write();
        scheduler.sleep(scheduler.random().nextLong(300_000));
      }
      bursting = false;
      scheduler.sleep(PAUSE);
    }
    done = true;
    ignored = scheduler.await("readers", () -> active == 0, Scheduler.FOREVER);
    world.close();
  }

  private void list(SimulatedWorld world) throws Exception {
    while (!done) {
      Snapshot snapshot = world.cache.resource("pods").snapshot();
      boolean whole = scheduler.random().nextInt(20) == 0;
      world.invariants.initialEventsAreStateAtR(
          world.pods,
          snapshot,
          whole ? world.read(world.cache, snapshot) : world.index(world.pods, snapshot),
          whole ? "whole" : "index");
      scheduler.sleep(scheduler.random().nextLong(200_000));
      boolean ignored = scheduler.await("burst", () -> bursting || done, Scheduler.FOREVER);
    }
    active--;
  }

  /** Reads the history that is left, again and again. */
  private void watch(SimulatedWorld world) throws Exception {
    while (!done) {
      long oldest = world.cache.resource("pods").oldestRevision();
      try {
        Watcher watcher = new Watcher(world, world.cache, world.pods, Scope.ALL, oldest, false);
        watcher.poll(30);
        watcher.close();
      } catch (CompactedException e) {
        world.invariants.lossOnlyIfCompacted(oldest, e.compacted());
      }
      boolean ignored = scheduler.await("burst", () -> bursting || done, Scheduler.FOREVER);
    }
    active--;
  }
}
