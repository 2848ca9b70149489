package dev.rheo.cache;

import dev.rheo.simulation.BrokenPromise;
import dev.rheo.simulation.Linearizability;
import dev.rheo.simulation.Linearizability.Outcome;
import dev.rheo.simulation.Scheduler;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;

/**
 * Forms are added to a {@link FormSpool}, found, read and forgotten at the same time. With room for
 * all, the spool is a set; with a small budget, its accounts must be right in the end.
 */
public final class FormSpoolSimulation implements Scheduler.Body {
  private static final int TASKS = 4;
  private static final int OPERATIONS = 7;
  private static final int PLACES = 3;

  private static final FormKind KIND =
      new FormKind("bytes") {
        @Override
        protected Made make(Source source) {
          return Made.plain(source.json());
        }
      };

  private final Scheduler scheduler;
  private final Path directory;
  private final boolean roomy;
  private final FormSpool spool;

  /** The model's state: the places that have a form. */
  private final Linearizability<Set<Long>> history = new Linearizability<>();

  private int active = TASKS;

  public FormSpoolSimulation(Scheduler scheduler, Path directory) {
    this.scheduler = scheduler;
    this.directory = directory;
    this.roomy = scheduler.random().nextBoolean();
    this.spool =
        new FormSpool(
            new SimulatedThreads(scheduler),
            directory,
            new FaultyFiles(LinuxFile.linked(), new SimulatedDisk(scheduler)),
            new CacheSettings(
                1,
                64 << 10,
                1,
                1,
                1,
                1,
                1,
                Duration.ZERO,
                1,
                roomy ? 1 << 20 : 60_000,
                1 << 20,
                1));
  }

  private int random(int bound) {
    return scheduler.random().nextInt(bound);
  }

  @Override
  public void run() throws Throwable {
    for (int i = 0; i < TASKS; i++) {
      scheduler.start("maker", this::work);
    }
    boolean ignored = scheduler.await("makers", () -> active == 0, Scheduler.FOREVER);
    if (roomy) {
      history.check(Set.of());
    }
    long present = 0;
    long bytes = 0;
    for (long place = 1; place <= PLACES; place++) {
      Form form = spool.find(place, KIND, 0);
      present += form == null ? 0 : 1;
      bytes += form == null ? 0 : form.length();
    }
    FormSpool.Figures figures = spool.figures();
    check(figures.forms() == present, present + " forms: " + figures);
    check(figures.bytes() >= bytes, bytes + " bytes: " + figures);
    spool.close();
    check(spool.figures().bytes() == 0 && spool.figures().forms() == 0, "closed: " + figures);
    try (var files = Files.list(directory)) {
      check(files.findAny().isEmpty(), "files are left");
    }
  }

  private static void check(boolean holds, String detail) {
    if (!holds) {
      throw new BrokenPromise("accountsAreRight", detail);
    }
  }

  private void work() throws Throwable {
    for (int i = 0; i < OPERATIONS; i++) {
      long place = 1 + random(PLACES);
      switch (random(4)) {
        case 0, 1 -> add(place);
        case 2 -> find(place);
        default -> forget(place);
      }
    }
    active--;
  }

  private static Set<Long> set(Set<Long> places, long place, boolean present) {
    Set<Long> changed = new TreeSet<>(places);
    if (present) {
      changed.add(place);
    } else {
      changed.remove(place);
    }
    return changed;
  }

  private void add(long place) throws Throwable {
    history.call(
        "add " + place,
        places -> new Outcome<>(set(places, place, true), null),
        () -> {
          byte[] bytes = new byte[20_000];
          bytes[0] = (byte) place;
          spool.add(place, KIND, 0, FormKind.Made.plain(bytes));
          return null;
        });
  }

  private void find(long place) throws Throwable {
    history.call(
        "find " + place,
        places -> new Outcome<>(places, places.contains(place)),
        () -> {
          Form form = spool.find(place, KIND, 0);
          if (form != null) {
            read(place, form);
          }
          return form != null;
        });
  }

  /** The bytes are those of the place, or the file was evicted. */
  private void read(long place, Form form) throws Exception {
    ByteBuffer dst = ByteBuffer.allocateDirect(1);
    try {
      int read = form.file.read(dst, form.offset, true);
      if (read != 1 || dst.get(0) != (byte) place) {
        throw new BrokenPromise("aFormHasItsOwnBytes", place + " has " + dst.get(0));
      }
    } catch (FormFile.GoneException e) {
      scheduler.trace().add("form of " + place + " is gone");
    }
  }

  private void forget(long place) throws Throwable {
    history.call(
        "forget " + place,
        places -> new Outcome<>(set(places, place, false), null),
        () -> {
          spool.forget(place);
          return null;
        });
  }
}
