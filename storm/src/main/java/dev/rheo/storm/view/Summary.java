package dev.rheo.storm.view;

import dev.rheo.storm.result.Memory;
import dev.rheo.storm.result.Mode;
import dev.rheo.storm.result.RunResult;
import dev.rheo.storm.result.ServerInfo;
import dev.rheo.storm.result.StormResult;
import dev.rheo.storm.result.StormSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Formats the figures of a result, for both the terminal and the page. */
final class Summary {

  /**
   * One line of the table.
   *
   * @param label name of the figure
   * @param cells one figure per run, in order of the runs
   */
  record Row(String label, List<String> cells) {}

  private static final int MEGA = 1_000_000;
  private static final int GIGA = 1_000_000_000;

  private Summary() {}

  /** Returns the column headings: the mode, and the repetition if there are several. */
  static List<String> columns(List<RunResult> runs) {
    boolean repeated = runs.stream().anyMatch(run -> run.repeat() > 1);
    return runs.stream()
        .map(run -> name(run.mode()) + (repeated ? " " + run.repeat() : ""))
        .toList();
  }

  static List<Row> rows(List<RunResult> runs) {
    List<Row> rows = new ArrayList<>();
    add(rows, runs, "readers complete", Summary::complete);
    add(rows, runs, "objects verified", run -> Units.count(run.objects()));
    add(rows, runs, "received", run -> Units.bytes(run.bytes()));
    add(rows, runs, "throughput", run -> Units.rate(run.bytesPerSecond()));
    add(rows, runs, "first byte, median", run -> firstByte(run, run.firstByte().p50()));
    add(rows, runs, "first byte, p99", run -> firstByte(run, run.firstByte().p99()));
    add(rows, runs, "first byte, slowest", run -> firstByte(run, run.firstByte().max()));
    add(rows, runs, "synced, median", run -> synced(run, run.sync().p50()));
    add(rows, runs, "synced, p99", run -> synced(run, run.sync().p99()));
    add(rows, runs, "synced, slowest", run -> synced(run, run.sync().max()));
    add(rows, runs, "slowest / fastest", Summary::ratio);
    add(rows, runs, "server memory before", run -> Units.bytes(run.memory().before()));
    add(rows, runs, "server memory at peak", run -> Units.bytes(run.memory().peak()));
    add(rows, runs, "peak above before", run -> Units.bytes(growth(run.memory())));
    add(rows, runs, "server memory after", run -> Units.bytes(run.memory().after()));
    add(rows, runs, "server CPU", run -> seconds(run.cpuSeconds()));
    add(rows, runs, "server CPU per GB", Summary::cpuPerGigabyte);
    add(rows, runs, "client memory at peak", run -> Units.bytes(run.clientMemory()));
    add(rows, runs, "client CPU", run -> seconds(run.clientCpuSeconds()));
    if (runs.stream().anyMatch(run -> run.churnEvents() > 0)) {
      add(rows, runs, "events verified", run -> Units.count(run.churnEvents()));
    }
    return List.copyOf(rows);
  }

  /** Returns the growth of memory up to its peak, or -1 if unknown. */
  static long growth(Memory memory) {
    return memory.before() < 0 || memory.peak() < 0
        ? -1
        : Math.max(0, memory.peak() - memory.before());
  }

  /** Returns the mode's display name. */
  static String name(Mode mode) {
    return mode == Mode.LIST ? "list" : "watch list";
  }

  /** Describes the server, for example {@code Rheo v1.36.3, started for the storm}. */
  static String server(ServerInfo server) {
    String where =
        server.started()
            ? "started for the storm"
            : server.local() ? "on this machine" : "on another machine";
    return server.kind() + " " + server.gitVersion() + ", " + where;
  }

  /** Describes the machine, for example {@code 2 cores, 25.2 GB of memory}. */
  static String machine(ServerInfo server) {
    String cores = server.cores() == 1 ? "1 core" : server.cores() + " cores";
    return server.machineMemory() < 0
        ? cores
        : cores + ", " + Units.bytes(server.machineMemory()) + " of memory";
  }

  /** Describes the storm in one sentence, without its full stop. */
  static String scenario(StormSettings settings) {
    return "%s %s of %s %s of %s as %s, %s connections"
        .formatted(
            Units.count(settings.informers()),
            settings.reader() == StormSettings.Reader.INFORMERS ? "informers" : "readers",
            Units.count(settings.objects()),
            lower(settings.resource()),
            Units.chosen(settings.size()),
            settings.accept() == StormSettings.Accept.JSON ? "JSON" : "protobuf",
            lower(settings.connections()));
  }

  /** Returns whether the storm succeeded, in one line. */
  static String verdict(StormResult result) {
    if (result.aborted() != null) {
      return "Aborted: " + result.aborted();
    }
    if (result.runs().isEmpty()) {
      return "Nothing was run";
    }
    int failed = result.runs().stream().mapToInt(RunResult::readersFailed).sum();
    if (result.succeeded()) {
      return "Every reader got every object, once and unharmed";
    }
    return failed == 0
        ? "A run was aborted"
        : failed == 1 ? "1 reader is incomplete" : Units.count(failed) + " readers are incomplete";
  }

  /** Returns all settings, labelled with their options. */
  static List<Row> settings(StormSettings settings) {
    List<Row> rows = new ArrayList<>();
    option(rows, "mode", settings.modes().size() > 1 ? "both" : settings.modes().get(0).toString());
    option(rows, "informers", Units.count(settings.informers()));
    option(rows, "objects", Units.count(settings.objects()));
    option(rows, "size", Units.chosen(settings.size()));
    option(rows, "resource", lower(settings.resource()));
    option(rows, "accept", lower(settings.accept()));
    option(rows, "namespace", settings.namespace());
    option(rows, "reader", lower(settings.reader()));
    option(rows, "connections", lower(settings.connections()));
    option(rows, "rate", settings.rate() > 0 ? Units.chosen(settings.rate()) + "/s" : "unlimited");
    option(rows, "hold", Units.seconds(settings.holdSeconds()));
    option(rows, "churn", settings.churn() > 0 ? String.valueOf(settings.churn()) + "/s" : "none");
    option(rows, "repeat", Units.count(settings.repeat()));
    option(rows, "timeout", Units.seconds(settings.timeoutSeconds()));
    option(rows, "keep", settings.keep() ? "yes" : "no");
    option(
        rows,
        "max-server-memory",
        settings.maxServerMemory() > 0 ? Units.chosen(settings.maxServerMemory()) : "unlimited");
    Long pid = settings.serverPid();
    option(rows, "server-pid", pid == null ? "none" : pid.toString());
    return List.copyOf(rows);
  }

  /** Describes where the memory figures come from. */
  static String describe(Memory.Source source) {
    return switch (source) {
      case METRICS -> "the server's own /metrics";
      case PID -> "the server's process";
      case NONE -> "nowhere: the server's memory is not known";
    };
  }

  private static void option(List<Row> rows, String name, String value) {
    rows.add(new Row("--" + name, List.of(value)));
  }

  private static void add(
      List<Row> rows, List<RunResult> runs, String label, Function<RunResult, String> cell) {
    rows.add(new Row(label, runs.stream().map(cell).toList()));
  }

  private static String complete(RunResult run) {
    return run.readersComplete() + " of " + run.readers();
  }

  private static String firstByte(RunResult run, double seconds) {
    return run.bytes() == 0 ? Units.UNKNOWN : Units.seconds(seconds);
  }

  private static String synced(RunResult run, double seconds) {
    return run.readersComplete() == 0 ? Units.UNKNOWN : Units.seconds(seconds);
  }

  private static String ratio(RunResult run) {
    double ratio = run.sync().slowestToFastest();
    return ratio > 0 ? String.format(Locale.ROOT, "%.2f", ratio) : Units.UNKNOWN;
  }

  private static String seconds(@Nullable Double seconds) {
    return seconds == null ? Units.UNKNOWN : Units.seconds(seconds);
  }

  private static String cpuPerGigabyte(RunResult run) {
    Double seconds = run.cpuSeconds();
    return seconds == null || run.bytes() < MEGA
        ? Units.UNKNOWN
        : String.format(Locale.ROOT, "%.2f s", seconds / run.bytes() * GIGA);
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
