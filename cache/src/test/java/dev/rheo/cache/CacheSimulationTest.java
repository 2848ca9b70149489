package dev.rheo.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A whole cache with its real files under one scheduler: see {@link CacheSimulation} for what
 * happens and {@link Invariants} for what must hold. {@code -Drheo.seed=N} runs one seed.
 */
class CacheSimulationTest {
  @TempDir Path directory;

  static LongStream seeds() {
    return SimulationRun.seeds(8);
  }

  static LongStream fewSeeds() {
    return SimulationRun.seeds(2);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void theInvariantsHold(long seed) throws Throwable {
    assumeTrue(LinuxFile.linked());
    SimulationRun.cache(seed, directory, true);
  }

  @ParameterizedTest
  @MethodSource("fewSeeds")
  void theInvariantsHoldOnChannels(long seed) throws Throwable {
    SimulationRun.cache(seed, directory, false);
  }

  @ParameterizedTest
  @MethodSource("fewSeeds")
  void aSeedReplays(long seed) throws Throwable {
    boolean linux = LinuxFile.linked();
    SimulationRun.Result once = SimulationRun.cache(seed, directory.resolve("once"), linux);
    System.out.println("seed " + seed + ": " + once.digest());
    assertThat(SimulationRun.cache(seed, directory.resolve("again"), linux)).isEqualTo(once);
  }

  /** A simulation in which nothing goes wrong would prove little. */
  @Test
  void whatCanHappenHappens() throws Throwable {
    Map<String, Long> sums = new TreeMap<>();
    for (long seed = 1; seed <= 3; seed++) {
      Path own = directory.resolve("" + seed);
      SimulationRun.cache(seed, own, LinuxFile.linked())
          .happened()
          .forEach((what, times) -> sums.merge(what, times, Long::sum));
    }
    assertThat(sums.remove("open files")).isZero();
    assertThat(sums)
        .containsOnlyKeys(
            "disk faults",
            "events",
            "failed attempts to write",
            "form files evicted",
            "forms made",
            "positions lost",
            "readers failed",
            "rebuilds",
            "segments cleaned")
        .allSatisfy((what, times) -> assertThat(times).as(what).isPositive());
  }
}
