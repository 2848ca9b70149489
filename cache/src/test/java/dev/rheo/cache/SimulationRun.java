package dev.rheo.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.simulation.Mutation;
import dev.rheo.simulation.PointLoader;
import dev.rheo.simulation.Scheduler;
import java.lang.reflect.Constructor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.LongStream;

/** Runs what a seed decides, in classes of its own that let the scheduler interrupt them. */
final class SimulationRun {
  /** Faults are made on purpose here, and every one of them would be logged. */
  private static final Logger LOG = Logger.getLogger("dev.rheo.cache");

  private static final Set<String> SHARING_ARRAYS = Set.of("EventLog", "Segment", "Spool");

  private SimulationRun() {}

  /**
   * @param digest of the trace
   * @param happened how often each thing happened
   */
  record Result(String digest, Map<String, Long> happened) {}

  /** The seed of {@code -Drheo.seed}, or else the first {@code count}, times the torture. */
  static LongStream seeds(int count) {
    Long one = Long.getLong("rheo.seed");
    return one != null
        ? LongStream.of(one)
        : LongStream.rangeClosed(1, (long) count * Integer.getInteger("rheo.torture", 1));
  }

  /**
   * Simulates a cache.
   *
   * @param linux whether its files are {@link LinuxFile}s, or else {@link ChannelFile}s
   */
  static Result cache(long seed, Path directory, boolean linux, Mutation... mutations)
      throws Throwable {
    Files.createDirectories(directory);
    Scheduler scheduler = new Scheduler(seed);
    Scheduler.Body simulation =
        body("CacheSimulation", mutations, Scheduler.class, Path.class, boolean.class)
            .newInstance(scheduler, directory, linux);
    run(seed, scheduler, simulation);
    try (var files = Files.list(directory)) {
      assertThat(files).as("files of a closed cache, seed " + seed).isEmpty();
    }
    // The garbage collector closes the files that readers held.
    @SuppressWarnings("unchecked")
    Supplier<Map<String, Long>> happened = (Supplier<Map<String, Long>>) simulation;
    World.until(
        () -> {
          System.gc();
          return happened.get().get("open files") == 0;
        });
    return new Result(scheduler.trace().digest(), happened.get());
  }

  /** Simulates a part of the cache, with files in a directory that is empty. */
  static String part(String simulation, long seed, Path directory, Mutation... mutations)
      throws Throwable {
    Scheduler scheduler = Scheduler.fine(seed);
    run(
        seed,
        scheduler,
        body(simulation, mutations, Scheduler.class, Path.class).newInstance(scheduler, directory));
    return scheduler.trace().digest();
  }

  private static Constructor<? extends Scheduler.Body> body(
      String simulation, Mutation[] mutations, Class<?>... parameters)
      throws ReflectiveOperationException {
    return new PointLoader("dev.rheo.cache", SHARING_ARRAYS, List.of(mutations))
        .loadClass("dev.rheo.cache." + simulation)
        .asSubclass(Scheduler.Body.class)
        .getConstructor(parameters);
  }

  private static void run(long seed, Scheduler scheduler, Scheduler.Body simulation)
      throws Throwable {
    Level before = LOG.getLevel();
    LOG.setLevel(Level.OFF);
    try {
      scheduler.run("main", simulation);
    } catch (Throwable e) {
      e.addSuppressed(
          new AssertionError(
              "seed %d; it replays with -Drheo.seed=%d\n%s"
                  .formatted(seed, seed, scheduler.trace().tail())));
      throw e;
    } finally {
      LOG.setLevel(before);
    }
  }
}
