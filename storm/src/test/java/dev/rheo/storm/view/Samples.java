package dev.rheo.storm.view;

import dev.rheo.storm.result.Creation;
import dev.rheo.storm.result.CurvePoint;
import dev.rheo.storm.result.Failure;
import dev.rheo.storm.result.Memory;
import dev.rheo.storm.result.Mode;
import dev.rheo.storm.result.RunResult;
import dev.rheo.storm.result.ServerInfo;
import dev.rheo.storm.result.Spread;
import dev.rheo.storm.result.StormResult;
import dev.rheo.storm.result.StormSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Invented results with the orders of magnitude of a real storm. */
final class Samples {

  static final ServerInfo SERVER =
      new ServerInfo("Rheo", "v1.36.3", true, true, 2, 25_200_000_000L);

  private Samples() {}

  static StormSettings settings(int informers, int repeat, long maxServerMemory) {
    return new StormSettings(
        List.of(Mode.LIST, Mode.WATCHLIST),
        informers,
        400,
        1_000_000,
        StormSettings.ResourceKind.SECRETS,
        StormSettings.Accept.JSON,
        "rheo-storm",
        StormSettings.Reader.STREAMS,
        StormSettings.Connections.OWN,
        0,
        0,
        0,
        repeat,
        600,
        false,
        maxServerMemory,
        4711L);
  }

  static StormResult good() {
    return result(
        settings(16, 1, 0),
        List.of(
            run(Mode.LIST, 1, 16, 6.0, 121e6, 198e6),
            run(Mode.WATCHLIST, 1, 16, 7.2, 124e6, 202e6)),
        List.of(),
        null);
  }

  static StormResult bad() {
    RunResult list = run(Mode.LIST, 1, 16, 11.4, 410e6, 5.1e9);
    RunResult watch = run(Mode.WATCHLIST, 1, 16, 32, 600e6, 2.1e9);
    return result(
        settings(16, 1, 5_500_000_000L),
        List.of(
            failing(
                list,
                List.of(
                    new Failure(
                        3, Failure.Kind.CONTENT, "rheo-storm/object-0017", "hash </script> <b>&"),
                    new Failure(
                        11, Failure.Kind.TRUNCATED, "rheo-storm/object-0201", "the stream ended")),
                "the server's memory passed 5.5 GB"),
            watch),
        List.of("quotas could not be read"),
        "the server's memory passed 5.5 GB");
  }

  static StormResult many() {
    List<RunResult> runs = new ArrayList<>();
    for (int repeat = 1; repeat <= 3; repeat++) {
      runs.add(run(Mode.LIST, repeat, 1000, 410 + 9 * repeat, 121e6, (225 + 4 * repeat) * 1e6));
      runs.add(run(Mode.WATCHLIST, repeat, 1000, 430 + repeat, 140e6, (210 + repeat) * 1e6));
    }
    return result(settings(1000, 3, 0), runs, List.of(), null);
  }

  static StormResult blind() {
    RunResult run = run(Mode.LIST, 1, 4, 3, -1, -1);
    List<CurvePoint> curve =
        run.curve().stream()
            .map(p -> new CurvePoint(p.seconds(), -1, -1, p.bytesPerSecond(), p.readersDone()))
            .toList();
    return result(
        settings(4, 1, 0),
        List.of(
            copy(
                run,
                4,
                curve,
                new Memory(-1, -1, -1, Memory.Source.NONE),
                List.of(),
                List.of("the server refused watch lists and was asked for lists"),
                null)),
        List.of(),
        null);
  }

  static StormResult result(
      StormSettings settings,
      List<RunResult> runs,
      List<String> warnings,
      @Nullable String aborted) {
    return new StormResult(
        StormResult.SCHEMA_VERSION,
        "0.1.0",
        "2026-01-02T03:04:05Z",
        SERVER,
        settings,
        new Creation(400, 400, 400_000_000, 9.3),
        runs,
        warnings,
        aborted);
  }

  static RunResult run(
      Mode mode, int repeat, int readers, double seconds, double before, double peak) {
    Random random = new Random(readers * 31L + repeat * 7L + mode.ordinal());
    List<Double> sync = new ArrayList<>();
    for (int i = 0; i < readers; i++) {
      sync.add(seconds * (1 - 0.06 * random.nextDouble()));
    }
    sync.sort(null);
    sync.set(readers - 1, seconds);
    long bytes = (long) (readers * 533.6e6);
    List<CurvePoint> curve = new ArrayList<>();
    for (double at = -0.5; at < seconds + 2; at += 0.25) {
      double share = Math.clamp(at / seconds, 0, 1);
      double shape = at < 0 ? 0 : at > seconds ? 0.6 : Math.min(1, share * 4);
      double memory = before + (peak - before) * shape * (0.97 + 0.03 * random.nextDouble());
      double rate =
          at <= 0 || at > seconds ? 0 : bytes / seconds * (0.9 + 0.2 * random.nextDouble());
      double now = at;
      int done = (int) sync.stream().filter(s -> s <= now).count();
      curve.add(new CurvePoint(at, (long) memory, 90_000_000, rate, done));
    }
    long highest = curve.stream().mapToLong(CurvePoint::memory).max().orElse(-1);
    return new RunResult(
        mode,
        repeat,
        readers,
        readers,
        0,
        readers * 400L,
        bytes,
        0,
        seconds,
        new Spread(0.04, 0.05, 0.07, 0.07),
        Spread.of(sync.stream().mapToDouble(d -> d).toArray()),
        bytes / seconds,
        new Memory(
            (long) before, highest, (long) (before + (peak - before) / 2), Memory.Source.PID),
        seconds * 1.5,
        180_000_000,
        seconds * 0.5,
        curve,
        sync,
        List.of(),
        List.of(),
        null);
  }

  static RunResult failing(RunResult run, List<Failure> failures, @Nullable String aborted) {
    return copy(
        run,
        run.readers() - failures.size(),
        run.curve(),
        run.memory(),
        failures,
        List.of(),
        aborted);
  }

  private static RunResult copy(
      RunResult run,
      int complete,
      List<CurvePoint> curve,
      Memory memory,
      List<Failure> failures,
      List<String> notes,
      @Nullable String aborted) {
    return new RunResult(
        run.mode(),
        run.repeat(),
        run.readers(),
        complete,
        run.readers() - complete,
        run.objects(),
        run.bytes(),
        run.churnEvents(),
        run.seconds(),
        run.firstByte(),
        run.sync(),
        run.bytesPerSecond(),
        memory,
        run.cpuSeconds(),
        run.clientMemory(),
        run.clientCpuSeconds(),
        curve,
        run.syncSeconds().subList(0, complete),
        failures,
        notes,
        aborted);
  }
}
