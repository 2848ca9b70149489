package dev.rheo.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;

import dev.rheo.simulation.BrokenPromise;
import dev.rheo.simulation.Mutation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The invariants have teeth: faults that are made on purpose are noticed by the right one. */
class MutationsTest {
  /** Simulations within which a fault must be noticed. */
  private static final int PATIENCE = 12;

  @TempDir Path directory;

  private static Arguments caught(Mutation mutation, String... invariants) {
    return Arguments.of(mutation, List.of(invariants));
  }

  private static Mutation nothingBy(String type, String method) {
    return new Mutation(type, method, null);
  }

  static Stream<Arguments> ofTheCache() {
    return Stream.of(
        caught(nothingBy("Waiters", "collect"), "everyEventWakesItsReader", "noGapWithoutStatus"),
        caught(nothingBy("Waiters", "arm"), "everyEventWakesItsReader"),
        caught(nothingBy("RevisionWaits", "reached"), "waitsEndInTime"),
        caught(nothingBy("Follower", "isReady"), "waitsEndInTime"),
        caught(new Mutation("Filter", "admits", 1), "onlyEventsInScope"),
        caught(new Mutation("Waiters", "waiting", -1), "spoolReleased"),
        caught(nothingBy("Snapshots", "set"), "initialEventsAreStateAtR"),
        caught(nothingBy("FormMakers", "finish"), "requestsAreAnswered"),
        caught(nothingBy("FormSpool", "forget"), "spoolReleased"),
        caught(nothingBy("Retention", "forgotten"), "spoolReleased"),
        caught(nothingBy("SegmentCompactor", "look"), "spoolReleased"),
        caught(nothingBy("SegmentCompactor", "revive"), "budgetsHold", "spoolReleased"),
        caught(
            nothingBy("EventLog", "truncate"),
            "eventsStrictlyIncreasing",
            "eventsCarryBothVersions",
            "noErrorWithoutFault",
            "noGapWithoutStatus"));
  }

  @ParameterizedTest
  @MethodSource
  void ofTheCache(Mutation mutation, List<String> invariants) throws Throwable {
    for (long seed = 1; seed <= PATIENCE; seed++) {
      try {
        SimulationRun.cache(seed, directory.resolve("" + seed), LinuxFile.linked(), mutation);
      } catch (BrokenPromise broken) {
        assertThat(broken.invariant()).isIn(invariants);
        return;
      }
    }
    fail(mutation + " was not noticed");
  }

  static Stream<Arguments> ofParts() {
    return Stream.of(
        Arguments.of("WaitersSimulation", nothingBy("Waiters", "disarm"), "linearizable"),
        Arguments.of(
            "RevisionWaitsSimulation", nothingBy("RevisionWaits", "reached"), "everyWaitIsWoken"),
        Arguments.of(
            "EventLogSimulation", nothingBy("EventLog", "truncate"), "anEventThatIsKeptIsRight"),
        Arguments.of("FormSpoolSimulation", nothingBy("FormSpool", "forget"), "linearizable"),
        Arguments.of("FormSpoolSimulation", nothingBy("FormSpool", "tidy"), "accountsAreRight"));
  }

  @ParameterizedTest
  @MethodSource
  void ofParts(String simulation, Mutation mutation, String invariant) throws Throwable {
    for (long seed = 1; seed <= 5L * PATIENCE; seed++) {
      try {
        Path own = Files.createDirectory(directory.resolve("" + seed));
        SimulationRun.part(simulation, seed, own, mutation);
      } catch (BrokenPromise broken) {
        assertThat(broken.invariant()).isEqualTo(invariant);
        return;
      }
    }
    fail(mutation + " was not noticed");
  }
}
