package dev.rheo.storm;

import com.sun.management.OperatingSystemMXBean;
import dev.rheo.access.Access;
import dev.rheo.access.AccessException;
import dev.rheo.access.Kubeconfig;
import dev.rheo.storm.cluster.Cluster;
import dev.rheo.storm.cluster.Workspace;
import dev.rheo.storm.net.Calls;
import dev.rheo.storm.net.Network;
import dev.rheo.storm.net.OwnConnections;
import dev.rheo.storm.net.SharedConnections;
import dev.rheo.storm.net.Streams;
import dev.rheo.storm.result.Creation;
import dev.rheo.storm.result.CurvePoint;
import dev.rheo.storm.result.Mode;
import dev.rheo.storm.result.RunResult;
import dev.rheo.storm.result.ServerInfo;
import dev.rheo.storm.result.StormEvents;
import dev.rheo.storm.result.StormException;
import dev.rheo.storm.result.StormResult;
import dev.rheo.storm.result.StormSettings;
import dev.rheo.storm.result.StormSettings.Connections;
import dev.rheo.storm.run.Limits;
import dev.rheo.storm.run.ReadPlan;
import dev.rheo.storm.run.Run;
import dev.rheo.storm.run.Settling;
import dev.rheo.storm.server.MetricsUsage;
import dev.rheo.storm.server.ProcessUsage;
import dev.rheo.storm.server.StartedServer;
import dev.rheo.storm.server.UsageSource;
import dev.rheo.storm.verify.Ledger;
import dev.rheo.storm.verify.ObjectSet;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Runs a storm: connects to the server or starts one, creates the objects, runs the readers in each
 * mode, and removes what it created even if it fails, unless {@code --keep} is set.
 *
 * <pre>
 *   server ─ confirm ─ objects ─ { settle ─ readers ─ settle } per mode and repetition ─ clean up
 * </pre>
 */
public final class Storm {
  private static final int MAX_LOOPS = 4;
  private static final double SHARE_OF_MACHINE = 0.8;

  /**
   * Fixed, so that runs are comparable. The payloads are pseudo-random, so they hardly compress.
   */
  private static final long SEED = 0x5268656F;

  /**
   * Added to the longest run for the watches' {@code timeoutSeconds}, so that the server never ends
   * them during a run.
   */
  private static final Duration BEYOND = Duration.ofMinutes(2);

  /** Disk bytes per payload byte: the store, its log, the spool. */
  private static final double DISK_FACTOR = 3;

  /** Heap bytes per payload byte that an informer keeps. */
  private static final double HEAP_FACTOR = 1.2;

  /** Earliest sample that is shown with a run, in seconds from its start. */
  private static final double SHOWN_BEFORE = -3;

  private final StormOptions options;
  private final StormEvents events;
  private final Confirmation confirmation;
  private final BooleanSupplier stop;
  private final List<String> warnings = new ArrayList<>();
  private final Instant startedAt = Instant.now();

  /**
   * @param events receives progress on the thread that calls {@link #run}
   * @param confirmation asked before a cluster that is in use is written to
   * @param stop polled for whether to stop early
   */
  public Storm(
      StormOptions options, StormEvents events, Confirmation confirmation, BooleanSupplier stop) {
    this.options = options;
    this.events = events;
    this.confirmation = confirmation;
    this.stop = stop;
  }

  /**
   * Runs the storm.
   *
   * @return the measurements, also if readers failed or the storm was stopped
   * @throws StormException if nothing could be measured
   */
  public StormResult run() throws StormException, InterruptedException {
    checkHeap();
    Path kubeconfig = options.kubeconfig();
    if (kubeconfig != null) {
      return against(access(kubeconfig, options.context()), null);
    }
    checkDisk();
    events.status("starting a Rheo");
    try (StartedServer server = StartedServer.start(options.serveCommand(), options.scratch())) {
      return against(access(server.kubeconfig(), null), server);
    }
  }

  private static Access access(Path kubeconfig, @Nullable String context) throws StormException {
    try {
      return Kubeconfig.read(kubeconfig, context);
    } catch (AccessException e) {
      throw new StormException(String.valueOf(e.getMessage()), e);
    }
  }

  /** Informers keep what they are sent. */
  private void checkHeap() throws StormException {
    StormSettings settings = options.settings();
    double needed = HEAP_FACTOR * settings.informers() * settings.objects() * settings.size();
    long heap = Runtime.getRuntime().maxMemory();
    if (settings.reader() == StormSettings.Reader.INFORMERS && needed > heap) {
      throw new StormException(
          "what %d informers keep needs some %d MiB and the storm has %d MiB: use fewer --informers or --objects"
              .formatted(settings.informers(), (long) needed >> 20, heap >> 20));
    }
  }

  private void checkDisk() throws StormException {
    StormSettings settings = options.settings();
    double needed = DISK_FACTOR * settings.objects() * settings.size();
    try {
      long free = Files.getFileStore(options.scratch()).getUsableSpace();
      if (free < needed) {
        throw new StormException(
            "the server's data needs some %d MiB and %s has %d MiB: set TMPDIR to another folder, or use fewer --objects"
                .formatted((long) needed >> 20, options.scratch(), free >> 20));
      }
    } catch (IOException e) {
      throw new StormException(
          "cannot use %s for the server's data: set TMPDIR to another folder"
              .formatted(options.scratch()),
          e);
    }
  }

  private StormResult against(Access access, @Nullable StartedServer server)
      throws StormException, InterruptedException {
    boolean shared = options.settings().connections() == Connections.SHARED;
    if (shared && !access.tls()) {
      throw new StormException(
          "%s is not https, and HTTP/2 needs it: use --connections own".formatted(access.url()));
    }
    int loops = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, MAX_LOOPS);
    try (Network network = new Network(access, loops);
        Calls calls = new Calls(network)) {
      Cluster cluster = new Cluster(access, calls);
      Cluster.Version version = cluster.version();
      ServerInfo info =
          new ServerInfo(
              version.kind(),
              version.gitVersion(),
              cluster.isLocal(),
              server != null,
              Runtime.getRuntime().availableProcessors(),
              machineMemory());
      if (server == null) {
        confirm(access, cluster);
      }
      try (UsageSource usage = usage(calls, server)) {
        return measured(network, calls, info, usage);
      }
    } catch (SSLException e) {
      throw new StormException("the client certificate cannot be used: " + e.getMessage(), e);
    }
  }

  private void confirm(Access access, Cluster cluster) throws StormException, InterruptedException {
    String inUse = options.yes() ? "" : cluster.inUse();
    if (inUse.isEmpty()) {
      return;
    }
    StormSettings settings = options.settings();
    String question =
        "%s has %s. Load it with %d objects of %d bytes and %d readers?"
            .formatted(
                access.url(), inUse, settings.objects(), settings.size(), settings.informers());
    if (!confirmation.confirmed(question)) {
      throw new StormException("nothing was done: the answer was not yes");
    }
  }

  private static long machineMemory() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
        ? system.getTotalMemorySize()
        : -1;
  }

  private UsageSource usage(Calls calls, @Nullable StartedServer server)
      throws StormException, InterruptedException {
    Long pid = server != null ? Long.valueOf(server.pid()) : options.settings().serverPid();
    if (pid != null) {
      UsageSource process = ProcessUsage.of(pid);
      if (process.read() != null) {
        return process;
      }
      if (server == null) {
        throw new StormException(
            "there is no process %d to be read in /proc: check --server-pid".formatted(pid));
      }
    }
    MetricsUsage metrics = null;
    try {
      metrics = MetricsUsage.start(calls);
    } catch (IOException e) {
      // Treated like a server without /metrics.
    }
    if (metrics != null) {
      return metrics;
    }
    warn(
        "the server's memory is not known, so --max-server-memory has no effect: its /metrics does"
            + " not tell it to us; give --server-pid, or the right to read /metrics");
    return UsageSource.NONE;
  }

  private volatile @Nullable String stoppedInCreation;

  private StormResult measured(Network network, Calls calls, ServerInfo info, UsageSource usage)
      throws StormException, InterruptedException {
    StormSettings settings = options.settings().withMaxServerMemory(memoryLimit(info));
    ObjectSet set =
        new ObjectSet(
            settings.resource(), settings.objects(), (int) (settings.size() / 4 * 4), SEED);
    Ledger ledger = new Ledger(set);
    Workspace workspace =
        new Workspace(network.access(), calls, settings.namespace(), ledger, settings.accept());
    events.prepared(info, settings);
    boolean finished = false;
    try {
      List<RunResult> runs = new ArrayList<>();
      Creation creation = create(workspace, settings, set, usage);
      // A reason that stopped the creation counts even if it no longer holds: objects are missing.
      String aborted =
          creation.created() < creation.total() ? stoppedInCreation : reasonToStop(settings, usage);
      if (aborted == null) {
        aborted = runs(network, calls, usage, settings, ledger, runs);
      }
      cleanUp(workspace, settings, info);
      finished = true;
      StormResult result =
          new StormResult(
              StormResult.SCHEMA_VERSION,
              options.tool(),
              startedAt.truncatedTo(ChronoUnit.SECONDS).toString(),
              info,
              settings,
              creation,
              runs,
              warnings,
              aborted);
      events.finished(result);
      return result;
    } finally {
      if (!finished) {
        cleanUp(workspace, settings, info);
      }
    }
  }

  private long memoryLimit(ServerInfo info) {
    Long given = options.maxServerMemory();
    if (given != null) {
      return given;
    }
    return info.local() && info.machineMemory() > 0
        ? (long) (info.machineMemory() * SHARE_OF_MACHINE)
        : 0;
  }

  private Creation create(
      Workspace workspace, StormSettings settings, ObjectSet set, UsageSource usage)
      throws StormException, InterruptedException {
    long began = System.nanoTime();
    workspace.createNamespace();
    workspace.createObjects(
        created -> {
          events.creation(creation(created, set, began));
          if (stoppedInCreation == null) {
            stoppedInCreation = reasonToStop(settings, usage);
          }
          return stoppedInCreation == null;
        });
    if (workspace.created() < set.count()) {
      return creation(workspace.created(), set, began);
    }
    ReadPlan plan = plan(Mode.LIST, settings, new Ledger(set));
    workspace.checkReading(plan.acceptHeader(Mode.LIST));
    return creation(workspace.created(), set, began);
  }

  private @Nullable String reasonToStop(StormSettings settings, UsageSource usage) {
    return Limits.reasonToStop(settings, usage, stop);
  }

  private static Creation creation(int created, ObjectSet set, long began) {
    return new Creation(
        created, set.count(), (long) created * set.textLength(), (System.nanoTime() - began) / 1e9);
  }

  private ReadPlan plan(Mode mode, StormSettings settings, Ledger ledger) {
    double open = settings.timeoutSeconds() + settings.holdSeconds();
    return new ReadPlan(
        mode,
        settings.accept(),
        ledger,
        settings.namespace(),
        ledger.latest(),
        settings.rate(),
        settings.holdSeconds() > 0 || settings.churn() > 0,
        Duration.ofSeconds((long) open).plus(BEYOND));
  }

  /** Runs each mode and repetition; returns why the storm ended early, or null. */
  private @Nullable String runs(
      Network network,
      Calls calls,
      UsageSource usage,
      StormSettings settings,
      Ledger ledger,
      List<RunResult> runs)
      throws InterruptedException {
    for (int repeat = 1; repeat <= settings.repeat(); repeat++) {
      for (Mode mode : settings.modes()) {
        List<CurvePoint> before = settle(usage);
        String reason = reasonToStop(settings, usage);
        if (reason != null) {
          return reason;
        }
        RunResult result;
        try (Streams streams = streams(network, settings)) {
          result =
              new Run(
                      plan(mode, settings, ledger),
                      settings,
                      repeat,
                      streams,
                      calls,
                      usage,
                      events,
                      options.pace(),
                      stop)
                  .execute(before);
        }
        runs.add(result);
        events.runEnded(result);
        if (result.aborted() != null) {
          return result.aborted();
        }
      }
    }
    return null;
  }

  private static Streams streams(Network network, StormSettings settings) {
    return switch (settings.connections()) {
      case OWN -> new OwnConnections(network, settings.rate());
      case SHARED -> new SharedConnections(network, settings.informers());
    };
  }

  private List<CurvePoint> settle(UsageSource usage) throws InterruptedException {
    record Sample(long nanos, long memory) {}
    List<Sample> samples = new ArrayList<>();
    Settling.await(
        usage,
        options.pace(),
        stop,
        (nanos, memory, seconds) -> {
          samples.add(new Sample(nanos, memory));
          events.settling(memory, seconds);
        });
    long now = System.nanoTime();
    return samples.stream()
        .map(sample -> new CurvePoint((sample.nanos() - now) / 1e9, sample.memory(), -1, 0, 0))
        .filter(point -> point.seconds() >= SHOWN_BEFORE)
        .toList();
  }

  private void cleanUp(Workspace workspace, StormSettings settings, ServerInfo info)
      throws InterruptedException {
    if (info.started()) {
      events.cleanup("ending the server and removing its data");
      return;
    }
    if (settings.keep()) {
      events.cleanup("keeping the namespace " + settings.namespace());
      return;
    }
    events.cleanup("removing the namespace " + settings.namespace());
    String left = workspace.remove(deleted -> true);
    if (left != null) {
      warn(Objects.requireNonNull(left));
    }
  }

  private void warn(String message) {
    warnings.add(message);
    events.warning(message);
  }
}
