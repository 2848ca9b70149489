package dev.rheo.storm.run;

import dev.rheo.storm.net.Calls;
import dev.rheo.storm.net.Streams;
import dev.rheo.storm.result.CurvePoint;
import dev.rheo.storm.result.Failure;
import dev.rheo.storm.result.Failure.Kind;
import dev.rheo.storm.result.Memory;
import dev.rheo.storm.result.ReaderGroup;
import dev.rheo.storm.result.RunResult;
import dev.rheo.storm.result.Spread;
import dev.rheo.storm.result.StormEvents;
import dev.rheo.storm.result.StormSettings;
import dev.rheo.storm.server.ProcessUsage;
import dev.rheo.storm.server.Usage;
import dev.rheo.storm.server.UsageSource;
import dev.rheo.storm.verify.History;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** One run: all readers at once. Used once, by one thread. */
public final class Run {
  private static final int GROUPS = 16;

  private final ReadPlan plan;
  private final StormSettings settings;
  private final int repeat;
  private final UsageSource usage;
  private final StormEvents events;
  private final BooleanSupplier stop;
  private final Pace pace;
  private final @Nullable Churn churn;
  private final List<Reader> readers = new ArrayList<>();
  private final CountDownLatch initial;
  private final CountDownLatch ended;
  private final Curve curve = new Curve();
  private final List<String> notes = new ArrayList<>();
  private final InformerThreads informerThreads = new InformerThreads();

  private long began;
  private long lastSampleNanos;
  private long lastSampleBytes;
  private @Nullable String aborted;

  /**
   * @param repeat which repetition, from 1
   * @param streams connections of the readers
   * @param usage usage of the server
   * @param calls connections of the writers
   * @param stop polled for whether to stop early
   */
  public Run(
      ReadPlan plan,
      StormSettings settings,
      int repeat,
      Streams streams,
      Calls calls,
      UsageSource usage,
      StormEvents events,
      Pace pace,
      BooleanSupplier stop) {
    this.plan = plan;
    this.settings = settings;
    this.repeat = repeat;
    this.usage = usage;
    this.events = events;
    this.stop = stop;
    this.pace = pace;
    this.churn = settings.churn() > 0 ? new Churn(calls, plan, settings.churn()) : null;
    this.initial = new CountDownLatch(settings.informers());
    this.ended = new CountDownLatch(settings.informers());
    Reader.Listener listener =
        new Reader.Listener() {
          @Override
          public void synced(Reader reader) {
            initial.countDown();
          }

          @Override
          public void ended(Reader reader) {
            if (reader.syncSeconds() < 0) {
              initial.countDown();
            }
            ended.countDown();
          }
        };
    for (int i = 0; i < settings.informers(); i++) {
      readers.add(
          switch (settings.reader()) {
            case STREAMS -> new StormReader(i, plan, streams, listener);
            case INFORMERS -> new InformerReader(i, plan, streams, listener, informerThreads);
          });
    }
  }

  /**
   * Starts the readers and returns when all have ended and the server's memory has settled.
   *
   * @param before samples from before the start, with negative seconds
   */
  public RunResult execute(List<CurvePoint> before) throws InterruptedException {
    try (informerThreads) {
      return measured(before);
    }
  }

  private RunResult measured(List<CurvePoint> before) throws InterruptedException {
    before.forEach(curve::add);
    Usage start = usage.readNow();
    Usage ownStart = ProcessUsage.self().read();
    long memoryBefore = start == null ? -1 : start.memory();
    events.runStarted(plan.mode(), repeat, readers.size(), memoryBefore);
    began = System.nanoTime();
    lastSampleNanos = began;
    curve.add(new CurvePoint(0, memoryBefore, ownMemory(), 0, 0));
    if (churn != null) {
      churn.start();
    }
    readers.forEach(Reader::start);

    awaitInitial();
    double elapsed = seconds(System.nanoTime());
    long bytes = readers.stream().mapToLong(Reader::bytes).sum();
    checkLimits();
    Usage end = usage.readNow();
    Usage ownEnd = ProcessUsage.self().read();
    double seconds = lastSync(elapsed);
    sample();
    if (plan.follow()) {
      follow();
    }
    ended.await();
    sample();
    long memoryAfter =
        Settling.await(
            usage,
            pace,
            stop,
            (nanos, memory, waited) -> {
              curve.add(new CurvePoint(seconds(nanos), memory, ownMemory(), 0, readers.size()));
              events.settling(memory, waited);
            });
    return result(
        new Measured(memoryBefore, start, end, ownStart, ownEnd, seconds, bytes), memoryAfter);
  }

  /** Measurements from the start until the last reader has synced or failed. */
  private record Measured(
      long memoryBefore,
      @Nullable Usage start,
      @Nullable Usage end,
      @Nullable Usage ownStart,
      @Nullable Usage ownEnd,
      double seconds,
      long bytes) {}

  private void awaitInitial() throws InterruptedException {
    long deadline = began + (long) (settings.timeoutSeconds() * 1e9);
    while (!initial.await(Settling.SAMPLE_MILLIS, TimeUnit.MILLISECONDS)) {
      sample();
      checkLimits();
      if (System.nanoTime() > deadline) {
        stopReaders(Kind.TIMEOUT, "not complete after %.0f s".formatted(settings.timeoutSeconds()));
      }
    }
  }

  private void follow() throws InterruptedException {
    long until = System.nanoTime() + (long) (settings.holdSeconds() * 1e9);
    while (aborted == null
        && System.nanoTime() < until
        && !ended.await(Settling.SAMPLE_MILLIS, TimeUnit.MILLISECONDS)) {
      sample();
      checkLimits();
    }
    History history = null;
    if (churn != null) {
      churn.stop();
      history = plan.ledger().history();
      if (churn.failure() != null) {
        note("the churn stopped: " + churn.failure());
      }
      if (history == null) {
        note("whether all changes came was not checked");
      }
    }
    long deadline = System.nanoTime() + pace.catchUp().toNanos();
    for (Reader reader : readers) {
      if (history == null) {
        reader.release();
      } else {
        reader.settle(history, deadline);
      }
    }
    long limit = deadline + TimeUnit.SECONDS.toNanos(5);
    while (!ended.await(Settling.SAMPLE_MILLIS, TimeUnit.MILLISECONDS)) {
      sample();
      checkLimits();
      if (System.nanoTime() > limit) {
        stopReaders(Kind.TIMEOUT, "its watch did not come to an end");
      }
    }
  }

  private void checkLimits() {
    String reason = aborted == null ? Limits.reasonToStop(settings, usage, stop) : null;
    if (reason != null) {
      aborted = reason;
      events.warning(reason);
      stopReaders(Kind.STOPPED, reason);
    }
  }

  private void stopReaders(Kind kind, String message) {
    for (Reader reader : readers) {
      if (!reader.ended()) {
        reader.stop(kind, message);
      }
    }
  }

  private void note(String note) {
    notes.add(note);
    events.warning(note);
  }

  private void sample() {
    long now = System.nanoTime();
    long bytes = 0;
    int done = 0;
    for (Reader reader : readers) {
      bytes += reader.bytes();
      done += reader.initialDone() ? 1 : 0;
    }
    Usage read = usage.read();
    double elapsed = (now - lastSampleNanos) / 1e9;
    CurvePoint point =
        new CurvePoint(
            seconds(now),
            read == null ? -1 : read.memory(),
            ownMemory(),
            elapsed <= 0 ? 0 : (bytes - lastSampleBytes) / elapsed,
            done);
    lastSampleNanos = now;
    lastSampleBytes = bytes;
    curve.add(point);
    events.sample(point);
    events.readers(groups());
  }

  private static long ownMemory() {
    Usage own = ProcessUsage.self().read();
    return own == null ? -1 : own.memory();
  }

  private double seconds(long nanos) {
    return (nanos - began) / 1e9;
  }

  private List<ReaderGroup> groups() {
    int count = Math.min(GROUPS, readers.size());
    List<ReaderGroup> groups = new ArrayList<>(count);
    long expected = plan.ledger().set().count();
    for (int g = 0; g < count; g++) {
      int first = (int) ((long) readers.size() * g / count);
      int end = (int) ((long) readers.size() * (g + 1) / count);
      int complete = 0;
      int failed = 0;
      long objects = 0;
      long bytes = 0;
      for (Reader reader : readers.subList(first, end)) {
        switch (reader.state()) {
          case FAILED -> failed++;
          case COMPLETE, FOLLOWING -> complete++;
          case ASKING, SYNCING -> {}
        }
        objects += reader.objects();
        bytes += reader.bytes();
      }
      groups.add(
          new ReaderGroup(
              first, end - 1, complete, failed, objects, expected * (end - first), bytes));
    }
    return groups;
  }

  /**
   * Returns the seconds until the last sync. If a reader never synced, returns {@code elapsed},
   * since it may have received bytes all that time.
   */
  private double lastSync(double elapsed) {
    return readers.stream().allMatch(reader -> reader.syncSeconds() > 0)
        ? readers.stream().mapToDouble(Reader::syncSeconds).max().orElse(elapsed)
        : elapsed;
  }

  private RunResult result(Measured measured, long memoryAfter) {
    List<Reader> complete =
        readers.stream().filter(reader -> reader.state() == Reader.State.COMPLETE).toList();
    double[] sync = complete.stream().mapToDouble(Reader::syncSeconds).sorted().toArray();
    double[] firstByte =
        readers.stream().mapToDouble(Reader::firstByteSeconds).filter(s -> s >= 0).toArray();
    List<Failure> failures =
        readers.stream()
            .map(Reader::failure)
            .filter(Objects::nonNull)
            .sorted(Comparator.comparingInt(Failure::reader))
            .limit(RunResult.MAX_FAILURES)
            .toList();
    addNotes();
    return new RunResult(
        plan.mode(),
        repeat,
        readers.size(),
        complete.size(),
        readers.size() - complete.size(),
        readers.stream().mapToLong(Reader::objects).sum(),
        measured.bytes(),
        readers.stream().mapToLong(Reader::changes).sum(),
        measured.seconds(),
        Spread.of(firstByte),
        Spread.of(sync),
        measured.seconds() <= 0 ? 0 : measured.bytes() / measured.seconds(),
        new Memory(measured.memoryBefore(), curve.peak(), memoryAfter, usage.source()),
        cpu(measured.start(), measured.end()),
        ProcessUsage.self().peak(),
        cpu(measured.ownStart(), measured.ownEnd()),
        curve.points(),
        Arrays.stream(sync).boxed().toList(),
        failures,
        notes,
        aborted);
  }

  private static @Nullable Double cpu(@Nullable Usage start, @Nullable Usage end) {
    return start == null || end == null ? null : end.cpuSeconds() - start.cpuSeconds();
  }

  private void addNotes() {
    String refused =
        readers.stream()
            .map(Reader::refusedWatchList)
            .filter(Objects::nonNull)
            .findFirst()
            .orElse(null);
    if (refused != null) {
      long count = readers.stream().filter(reader -> reader.refusedWatchList() != null).count();
      note(
          String.format(
              Locale.ROOT,
              "the server refused watch lists: %d readers listed instead (%s)",
              count,
              refused));
    }
    int retries = readers.stream().mapToInt(Reader::retries).sum();
    if (retries > 0) {
      note(retries + " answers asked readers to come again later, which they did");
    }
    int foreign = readers.stream().mapToInt(Reader::foreign).max().orElse(0);
    if (foreign > 0) {
      note(foreign + " objects of others in the namespace were passed over");
    }
    int resumes = readers.stream().mapToInt(Reader::resumes).sum();
    if (resumes > 0) {
      note(resumes + " watches were ended by the server and resumed");
    }
  }
}
