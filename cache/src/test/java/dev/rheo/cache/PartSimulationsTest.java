package dev.rheo.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The parts of the cache that threads share, alone and under many interleavings: the waiters, the
 * readers that wait, the cleaner, the waits for revisions, the event log, and the spool of forms
 * with its budgets. {@code -Drheo.seed=N} runs one seed.
 */
class PartSimulationsTest {
  private static final int SEEDS = 60;

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "WaitersSimulation",
        "WakeUpSimulation",
        "CleaningSimulation",
        "RevisionWaitsSimulation",
        "EventLogSimulation",
        "FormSpoolSimulation"
      })
  void holdsForAllSeeds(String simulation) throws Throwable {
    for (long seed : SimulationRun.seeds(SEEDS).toArray()) {
      Path own = Files.createDirectory(directory.resolve("" + seed));
      String digest = SimulationRun.part(simulation, seed, own);
      if (seed == 1) {
        Path again = Files.createDirectory(directory.resolve("again"));
        assertThat(SimulationRun.part(simulation, seed, again)).isEqualTo(digest);
      }
    }
  }
}
