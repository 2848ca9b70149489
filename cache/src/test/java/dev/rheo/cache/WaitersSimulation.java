package dev.rheo.cache;

import dev.rheo.simulation.BrokenPromise;
import dev.rheo.simulation.Linearizability;
import dev.rheo.simulation.Linearizability.Outcome;
import dev.rheo.simulation.Scheduler;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Readers arm and disarm themselves in {@link Waiters} while events collect them. */
public final class WaitersSimulation implements Scheduler.Body {
  private static final int READERS = 4;
  private static final int OPERATIONS = 6;
  private static final String[] FIELDS = {"spec.nodeName"};

  private final Scheduler scheduler;
  private final Waiters waiters;

  /** The model's state: which readers are armed. */
  private final Linearizability<Set<Integer>> history = new Linearizability<>();

  private final List<Reader> readers = new ArrayList<>();
  private int active;

  public WaitersSimulation(Scheduler scheduler, Path directory) {
    this.scheduler = scheduler;
    this.waiters = new Waiters(new SimulatedThreads(scheduler));
  }

  private static final class Reader extends Waiters.Waiter {
    final Scope scope;

    Reader(Scope scope) {
      super(scope);
      this.scope = scope;
    }

    @Override
    void wake() {}
  }

  /** A scope has one part only, so that its route is all of it. */
  private Scope scope() {
    return switch (random(5)) {
      case 0 -> Scope.namespace("ns" + random(2));
      case 1 -> Scope.object("ns" + random(2), "p" + random(2));
      case 2 -> Scope.object(null, "p" + random(2));
      case 3 -> Scope.field("spec.nodeName", "n" + random(2));
      default -> Scope.ALL;
    };
  }

  private int random(int bound) {
    return scheduler.random().nextInt(bound);
  }

  private CacheEvent event() {
    String key = "ns" + random(2) + "/p" + random(2);
    return switch (random(3)) {
      case 0 -> new CacheEvent(1, entry(key), null);
      case 1 -> new CacheEvent(1, null, entry(key));
      default -> new CacheEvent(1, entry(key), entry(key));
    };
  }

  private Entry entry(String key) {
    FieldValues values = new FieldValues(FIELDS, new String[] {"n" + random(2)});
    return Objects.entry(key.getBytes(StandardCharsets.UTF_8), values, 1);
  }

  private static Set<Integer> set(Set<Integer> armed, int reader, boolean arm) {
    Set<Integer> changed = new TreeSet<>(armed);
    if (arm) {
      changed.add(reader);
    } else {
      changed.remove(reader);
    }
    return changed;
  }

  @Override
  public void run() throws Throwable {
    for (int i = 0; i < READERS; i++) {
      readers.add(new Reader(scope()));
    }
    for (int i = 0; i < READERS; i++) {
      int reader = i;
      task("reader", () -> armOrDisarm(reader));
    }
    task("follower", this::collect);
    boolean ignored = scheduler.await("tasks", () -> active == 0, Scheduler.FOREVER);
    history.call("waiting", armed -> new Outcome<>(armed, armed.size()), waiters::waiting);
    history.check(Set.of());
  }

  private void task(String name, Scheduler.Body step) {
    active++;
    scheduler.start(
        name,
        () -> {
          for (int i = 0; i < OPERATIONS; i++) {
            step.run();
          }
          active--;
        });
  }

  private void armOrDisarm(int reader) throws Throwable {
    boolean arm = random(3) > 0;
    history.call(
        (arm ? "arm " : "disarm ") + reader,
        armed -> new Outcome<>(set(armed, reader, arm), null),
        () -> {
          if (arm) {
            waiters.arm(readers.get(reader));
          } else {
            waiters.disarm(readers.get(reader));
          }
          return null;
        });
  }

  private void collect() throws Throwable {
    CacheEvent event = event();
    history.call(
        "collect",
        armed -> {
          Set<Integer> woken = new TreeSet<>(armed);
          woken.removeIf(i -> !new Filter(readers.get(i).scope).admits(event));
          Set<Integer> left = new TreeSet<>(armed);
          left.removeAll(woken);
          return new Outcome<>(left, woken);
        },
        () -> {
          List<Waiters.Waiter> into = new ArrayList<>();
          waiters.collect(1, event, into);
          Set<Integer> woken = new TreeSet<>();
          for (Waiters.Waiter waiter : into) {
            if (!woken.add(readers.indexOf(waiter))) {
              throw new BrokenPromise("anEventWakesAReaderOnce", waiter.toString());
            }
          }
          return woken;
        });
  }
}
