package dev.rheo.storm.view;

import dev.rheo.storm.result.Creation;
import dev.rheo.storm.result.Memory;
import dev.rheo.storm.result.Mode;
import dev.rheo.storm.result.RunResult;
import dev.rheo.storm.result.ServerInfo;
import dev.rheo.storm.result.StormSettings;
import java.util.List;

/** Lines that {@link LiveView} and {@link PlainView} share. */
final class Lines {

  private Lines() {}

  static List<String> prepared(ServerInfo server, StormSettings settings) {
    return List.of(
        "Storm against " + Summary.server(server) + "; " + Summary.machine(server),
        Summary.scenario(settings));
  }

  static String created(Creation done) {
    return "created %s objects, %s, in %s"
        .formatted(
            Units.count(done.created()), Units.bytes(done.bytes()), Units.seconds(done.seconds()));
  }

  static String started(Mode mode, int repeat, int readers, long memoryBefore) {
    return "%s%s: %s readers, memory before %s"
        .formatted(
            Summary.name(mode),
            repeat > 1 ? " " + repeat : "",
            Units.count(readers),
            Units.bytes(memoryBefore));
  }

  static String ended(RunResult run) {
    Memory memory = run.memory();
    String figures =
        "%s: %s of %s readers complete in %s"
            .formatted(
                Summary.name(run.mode()),
                Units.count(run.readersComplete()),
                Units.count(run.readers()),
                Units.seconds(run.seconds()));
    return memory.peak() < 0
        ? figures
        : "%s, memory %s to %s"
            .formatted(figures, Units.bytes(memory.before()), Units.bytes(memory.peak()));
  }
}
