package dev.rheo.cache;

import dev.rheo.simulation.Scheduler;
import dev.rheo.store.CompactedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Writers, readers of every kind, compactions, restarts and faults on a cache, until all is quiet
 * again. The {@link Invariants} say what must hold meanwhile. Public for the class loader that
 * begins it.
 */
public final class CacheSimulation implements Scheduler.Body, Supplier<Map<String, Long>> {
  private static final long MILLI = 1_000_000;

  /** More than the longest pause of a follower that failed. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final int WRITES = 250;
  private static final int READS = 60;
  private static final int EVENTS = 60;

  private final Scheduler scheduler;
  private final Path directory;
  private final boolean linux;

  /** Watchers that are read to the end when all is quiet. */
  private final List<Watcher> left = new ArrayList<>();

  private @Nullable SimulatedWorld world;
  private int active;

  public CacheSimulation(Scheduler scheduler, Path directory, boolean linux) {
    this.scheduler = scheduler;
    this.directory = directory;
    this.linux = linux;
  }

  @Override
  public void run() throws Throwable {
    world = new SimulatedWorld(scheduler, directory, linux);
    actor("writer", () -> repeat(WRITES, 50, world::write));
    actor("other writer", () -> repeat(WRITES, 50, world::write));
    actor("event loop", () -> watch(true));
    actor("other event loop", () -> watch(true));
    actor("blocking watcher", () -> watch(false));
    Lister lister = new Lister(world);
    actor("lister", () -> repeat(READS, 100, lister::list));
    actor("historian", () -> repeat(READS, 100, lister::lookBack));
    actor("consistent reader", () -> repeat(READS, 100, () -> consistent()));
    FormClient client = new FormClient(world);
    actor("form reader", () -> repeat(READS, 100, client::read));
    actor("other form reader", () -> repeat(READS, 100, client::read));
    Troubles troubles = new Troubles(world);
    actor("troubles", () -> repeat(EVENTS, 200, troubles::next));
    boolean ignored = scheduler.await("actors", () -> active == 0, Scheduler.FOREVER);
    world.heal();
    settle(lister, client);
    world.close();
    left.clear();
  }

  /** What happened in the run, and how many files are open now. */
  @Override
  public Map<String, Long> get() {
    Map<String, Long> happened = new TreeMap<>(world.happened);
    happened.put("disk faults", world.disk.faults);
    happened.put("open files", (long) world.files.open.get());
    return happened;
  }

  private void actor(String name, Scheduler.Body body) {
    active++;
    scheduler.start(
        name,
        () -> {
          body.run();
          active--;
        });
  }

  private void repeat(int times, int longestPauseMs, Scheduler.Body step) throws Throwable {
    for (int i = 0; i < times; i++) {
      step.run();
      world.look();
      scheduler.sleep(scheduler.random().nextLong(longestPauseMs * MILLI));
    }
  }

  /** A few watchers that share a thread; some of them stall. */
  private void watch(boolean waits) throws Throwable {
    List<Watcher> mine = new ArrayList<>();
    repeat(
        4 * READS,
        60,
        () -> {
          int dice = scheduler.random().nextInt(10);
          if (mine.isEmpty() || dice == 0 && mine.size() < 6) {
            Watcher opened = open(waits);
            if (opened != null) {
              mine.add(opened);
            }
            return;
          }
          Watcher watcher = mine.get(scheduler.random().nextInt(mine.size()));
          if (watcher.ended() || dice == 1) {
            watcher.close();
            mine.remove(watcher);
          } else if (dice == 2) {
            // It stalls, until all is quiet.
            mine.remove(watcher);
            left.add(watcher);
          } else {
            // A stream is also asked for other reasons than its wake-up.
            watcher.woken |= dice == 3 && waits;
            watcher.poll(scheduler.random().nextInt(50));
            world.invariants.everyEventWakesItsReader(watcher);
          }
        });
    left.addAll(mine);
  }

  private @Nullable Watcher open(boolean waits) {
    WatchCache cache = world.cache;
    long revision = cache.revision();
    if (revision == 0) {
      return null;
    }
    History history = scheduler.random().nextInt(6) == 0 ? world.nodes : world.pods;
    long oldest = cache.resource(history.resource.name()).oldestRevision();
    long newest = Math.max(revision, world.acknowledged());
    long after =
        scheduler.random().nextBoolean() || oldest > newest
            ? newest
            : scheduler.random().nextLong(oldest, newest + 1);
    try {
      return new Watcher(world, cache, history, world.scope(history), after, waits);
    } catch (CompactedException e) {
      world.invariants.lossOnlyIfCompacted(after, e.compacted());
      return null;
    }
  }

  private void consistent() throws Exception {
    WatchCache cache = world.cache;
    long began = scheduler.nanoTime();
    long acknowledged = world.acknowledged();
    long current = world.store.currentRevision();
    boolean reached = cache.awaitRevision(current, PATIENCE);
    if (world.isClosed(cache)) {
      return;
    }
    boolean prompt = scheduler.nanoTime() - began < PATIENCE.toNanos();
    world.invariants.waitsEndInTime(reached && prompt, current, began);
    if (reached) {
      Snapshot snapshot = cache.resource("pods").snapshot();
      world.invariants.freshReadSeesAcknowledged(acknowledged, snapshot);
    }
  }

  /** Nobody writes, and nothing fails any more: every reader gets the rest, and all is released. */
  private void settle(Lister lister, FormClient client) throws Throwable {
    WatchCache cache = world.cache;
    long current = world.acknowledged();
    world.invariants.waitsEndInTime(
        cache.awaitRevision(current, Duration.ofNanos(Invariants.PROMPT)),
        current,
        scheduler.nanoTime());
    boolean ready = scheduler.await("ready", cache::ready, Invariants.PROMPT);
    world.invariants.waitsEndInTime(ready, current, scheduler.nanoTime());
    for (Watcher watcher : left) {
      while (!watcher.ended() && watcher.expected() != null) {
        boolean ignored = scheduler.await("wake-up", () -> watcher.woken, Invariants.PROMPT);
        world.invariants.everyEventWakesItsReader(watcher);
        watcher.poll(1000);
      }
      watcher.close();
    }
    lister.list();
    // Forms whose objects change once more.
    for (int i = 0; i < 20; i++) {
      client.read();
    }
    for (int i = 0; i < 40; i++) {
      world.write();
    }
    consistent();
    world.store.compact(world.acknowledged());
    scheduler.sleep(Invariants.PROMPT);
    lister.release();
    long live = 0;
    for (History history : List.of(world.pods, world.nodes)) {
      Snapshot snapshot = cache.resource(history.resource.name()).snapshot();
      EntryCursor entries = snapshot.entries("", null);
      for (Entry e = entries.next(); e != null; e = entries.next()) {
        live += e.headerLength + e.length();
      }
      Map<String, String> forms = world.read(cache, snapshot);
      world.invariants.initialEventsAreStateAtR(history, snapshot, forms, "at the end");
    }
    // Reading the figures may evict a file that is mostly dead.
    CacheStats stats = cache.stats();
    world.invariants.spoolReleased(stats, live, client.count(cache));
  }

  /** What goes wrong, and what operators do. */
  private static final class Troubles {
    private final SimulatedWorld world;

    Troubles(SimulatedWorld world) {
      this.world = world;
    }

    void next() throws Exception {
      int dice = world.random.nextInt(14);
      world.scheduler.trace().add("trouble " + dice);
      switch (dice) {
        case 0, 1 -> compact();
        case 2 -> {
          world.heal();
          world.restart();
        }
        case 3 -> world.store.failures = 1 + world.random.nextInt(3);
        case 4 -> world.store.stalled = true;
        case 5 -> world.disk.full = true;
        case 6 -> world.disk.unreadable = 1 + world.random.nextInt(4);
        case 7 -> world.disk.cold = world.random.nextInt(17);
        case 8 -> world.files.usableSpace = world.random.nextInt(2) * Long.MAX_VALUE;
        default -> world.heal();
      }
    }

    private void compact() throws Exception {
      long compacted = Math.max(1, world.store.compactedRevision());
      world.store.compact(world.random.nextLong(compacted, world.acknowledged() + 1));
    }
  }

  /** Lists, of now and of the past. */
  private static final class Lister {
    private record Held(WatchCache cache, Snapshot snapshot, Map<String, String> forms) {}

    private final SimulatedWorld world;
    private final List<Held> held = new ArrayList<>();

    Lister(SimulatedWorld world) {
      this.world = world;
    }

    void list() throws Exception {
      WatchCache cache = world.cache;
      History history = world.random.nextInt(6) == 0 ? world.nodes : world.pods;
      Snapshot snapshot = cache.resource(history.resource.name()).snapshot();
      if (snapshot.revision() == 0) {
        return;
      }
      Map<String, String> forms = forms(cache, snapshot);
      if (forms == null) {
        return;
      }
      world.invariants.initialEventsAreStateAtR(history, snapshot, forms, "now");
      if (history == world.pods) {
        long some = forms.keySet().stream().filter(key -> key.startsWith("ns1/")).count();
        if (snapshot.size("ns1/") != some) {
          throw new AssertionError(snapshot.size("ns1/") + " instead of " + some);
        }
      }
      held.add(new Held(cache, snapshot, forms));
      if (held.size() > 5) {
        Held old = held.remove(world.random.nextInt(held.size()));
        Map<String, String> now = forms(old.cache, old.snapshot);
        if (now != null) {
          world.invariants.heldSnapshotsDoNotChange(old.forms, now);
        }
      }
    }

    /** Null if the disk failed, or the cache was closed. */
    private @Nullable Map<String, String> forms(WatchCache cache, Snapshot snapshot) {
      long faults = world.disk.faults;
      try {
        return world.read(cache, snapshot);
      } catch (IOException e) {
        if (!world.isClosed(cache)) {
          world.invariants.noErrorWithoutFault(e, faults);
        }
        return null;
      }
    }

    void lookBack() throws Exception {
      WatchCache cache = world.cache;
      ResourceCache pods = cache.resource("pods");
      long now = cache.revision();
      long oldest = pods.oldestRevision();
      if (oldest > now || now == 0) {
        return;
      }
      long revision = world.random.nextLong(oldest, now + 1);
      long faults = world.disk.faults;
      try {
        Snapshot snapshot = pods.snapshotAt(revision);
        Map<String, String> forms = forms(cache, snapshot);
        if (forms != null) {
          world.invariants.initialEventsAreStateAtR(world.pods, snapshot, forms, "then");
        }
      } catch (CompactedException e) {
        if (!world.isClosed(cache)) {
          world.invariants.lossOnlyIfCompacted(revision, e.compacted());
        }
      } catch (UncheckedIOException e) {
        if (!world.isClosed(cache)) {
          world.invariants.noErrorWithoutFault(e.getCause(), faults);
        }
      }
    }

    void release() {
      held.clear();
    }
  }
}
