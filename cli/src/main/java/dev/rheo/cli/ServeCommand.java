package dev.rheo.cli;

import dev.rheo.api.feature.FeatureGates;
import dev.rheo.api.io.HostPort;
import dev.rheo.app.AccessConfig;
import dev.rheo.app.AggregationConfig;
import dev.rheo.app.ClusterNetwork;
import dev.rheo.app.EncryptionSettings;
import dev.rheo.app.EtcdConfig;
import dev.rheo.app.MemoryPlan;
import dev.rheo.app.Release;
import dev.rheo.app.Server;
import dev.rheo.app.ServerConfig;
import dev.rheo.app.ServerStartException;
import dev.rheo.app.StoreKind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code rheo serve}: runs the API server until it is told to stop. */
@Command(
    name = "serve",
    description = "Runs the API server until SIGTERM or SIGINT.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    showDefaultValues = true,
    sortOptions = false)
final class ServeCommand implements Callable<Integer> {
  private static final System.Logger LOG = System.getLogger(ServeCommand.class.getName());

  /** The limit of a shutdown; below the 30 seconds after which Kubernetes kills a pod. */
  static final Duration DRAIN = Duration.ofSeconds(25);

  private static final Duration READY_POLL = Duration.ofMillis(100);
  private static final long MIB = 1 << 20;

  /** Starts a server: {@link Server#start}, except in tests. */
  interface Starter {
    Server start(ServerConfig config) throws ServerStartException;
  }

  private final Startup startup;
  private final Starter starter;
  private final StopRequest stop;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = "rheo-data",
      description = "The data directory; made if it does not exist.")
  private Path data = Path.of("rheo-data");

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:" + ServerConfig.DEFAULT_PORT,
      converter = ListenAddress.Converter.class,
      description = "Where to listen; port 0 takes a free one.")
  private ListenAddress listen = new ListenAddress("127.0.0.1", ServerConfig.DEFAULT_PORT);

  @Option(
      names = "--goaway-chance",
      paramLabel = "CHANCE",
      defaultValue = "0",
      description =
          "The probability, up to 0.02, that a request over HTTP/2 has its client open another"
              + " connection for the next ones; behind a load balancer, 0.001 spreads clients anew.")
  private double goAwayChance;

  @Option(
      names = "--store",
      paramLabel = "ENGINE",
      defaultValue = "rocksdb",
      converter = StoreKindConverter.class,
      description = "Where objects are kept: ${COMPLETION-CANDIDATES}.")
  private StoreKind store = StoreKind.ROCKSDB;

  @Option(
      names = "--kubeconfig",
      paramLabel = "FILE",
      description =
          "Where the administrator's kubeconfig is written (default: DIR/admin.kubeconfig).")
  private @Nullable Path kubeconfig;

  @Option(
      names = "--token-auth-file",
      paramLabel = "FILE",
      description = "CSV file of bearer tokens: token,user,uid[,\"group,...\"].")
  private @Nullable Path tokenAuthFile;

  @Mixin private AccessOptions access = new AccessOptions();
  @Mixin private AggregationOptions aggregation = new AggregationOptions();
  @Mixin private EtcdOptions etcd = new EtcdOptions();
  @Mixin private EncryptionOptions encryption = new EncryptionOptions();

  @Option(
      names = "--feature-gates",
      paramLabel = "GATE=BOOL,...",
      defaultValue = "",
      showDefaultValue = Help.Visibility.NEVER,
      description = "Features to switch on or off, for example WatchList=false.")
  private String featureGates = "";

  @Option(
      names = "--max-memory",
      paramLabel = "SIZE",
      defaultValue = "384m",
      converter = ByteSize.class,
      description = "Memory of the whole process, for example 512m or 2g; 256m to 64g.")
  private long maxMemory = MemoryPlan.DEFAULT_TOTAL;

  @Option(
      names = "--history-time",
      paramLabel = "TIME",
      defaultValue = "1h",
      converter = GoDuration.class,
      description = "How long past revisions are kept; 5m at least.")
  private Duration historyTime = ServerConfig.DEFAULT_HISTORY_TIME;

  @Option(
      names = "--history-bytes",
      paramLabel = "SIZE",
      defaultValue = "4g",
      converter = ByteSize.class,
      description = "Disk space of past revisions, beyond which they are kept for less long.")
  private long historyBytes = ServerConfig.DEFAULT_HISTORY_BYTES;

  @Option(
      names = "--form-bytes",
      paramLabel = "SIZE",
      defaultValue = "8g",
      converter = ByteSize.class,
      description =
          "Disk space of forms made for clients (protobuf, YAML, compressed and others), beyond"
              + " which the oldest are given up and made again when asked for.")
  private long formBytes = ServerConfig.DEFAULT_FORM_BYTES;

  @Option(
      names = "--service-cluster-ip-range",
      paramLabel = "CIDR[,CIDR]",
      defaultValue = ClusterNetwork.DEFAULT_RANGES,
      description =
          "Where Services get their cluster IPs from; a second range of the other IP family makes"
              + " the cluster dual-stack.")
  private String serviceRanges = ClusterNetwork.DEFAULT_RANGES;

  @Option(
      names = "--service-node-port-range",
      paramLabel = "PORT-PORT",
      defaultValue = ClusterNetwork.DEFAULT_NODE_PORTS,
      description = "The node ports of Services.")
  private String nodePorts = ClusterNetwork.DEFAULT_NODE_PORTS;

  @Option(
      names = "--advertise-address",
      paramLabel = "IP",
      description =
          "Where clients in the cluster reach the server, the endpoint of the Service kubernetes"
              + " (default: the address of --listen, or the host's if that is a wildcard or"
              + " loopback).")
  private @Nullable String advertiseAddress;

  @Option(
      names = "--event-ttl",
      paramLabel = "TIME",
      defaultValue = "1h0m0s",
      converter = GoDuration.class,
      description = "How long an Event is kept after its last write; 0s keeps Events for ever.")
  private Duration eventTtl = ServerConfig.DEFAULT_EVENT_TTL;

  @Option(
      names = "--controllers",
      paramLabel = "NAME,...",
      defaultValue = "*",
      description =
          "The server's own controllers: * for all, NAME for one, -NAME for all but one, where a"
              + " kube-controller-manager runs it. There are namespace-controller and"
              + " garbage-collector-controller.")
  private String controllers = "*";

  @Option(
      names = "--log-format",
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "Form of the log on standard error: ${COMPLETION-CANDIDATES}.")
  private LogFormat logFormat = LogFormat.TEXT;

  /** Picocli's own converter names the constants as in Java, in capitals. */
  static final class StoreKindConverter implements ITypeConverter<StoreKind> {
    @Override
    public StoreKind convert(String text) {
      for (StoreKind kind : StoreKind.values()) {
        if (kind.toString().equals(text)) {
          return kind;
        }
      }
      throw new TypeConversionException("'%s' is none of rocksdb, memory and etcd".formatted(text));
    }
  }

  ServeCommand(Startup startup) {
    this(startup, Server::start, StopRequest.bySignal());
  }

  ServeCommand(Startup startup, Starter starter, StopRequest stop) {
    this.startup = startup;
    this.starter = starter;
    this.stop = stop;
  }

  @Override
  public Integer call() throws Exception {
    ServerConfig config = config();
    Logging.install(logFormat, System.err);
    warnOfOtherHeap(config.memory());
    Server server;
    try {
      server = starter.start(config);
    } catch (ServerStartException e) {
      throw new CommandFailedException(String.valueOf(e.getMessage()), e);
    }
    stop.install();
    try {
      while (!stop.requested() && !server.awaitReady(READY_POLL)) {
        // Each wait is short, so that a stop request is noticed.
      }
      if (!stop.requested()) {
        spec.commandLine().getOut().println(readyLine(config, server));
      }
      stop.await();
      LOG.log(System.Logger.Level.INFO, "stopping");
    } catch (ServerStartException e) {
      throw new CommandFailedException(String.valueOf(e.getMessage()), e);
    } finally {
      server.shutdown(DRAIN);
    }
    LOG.log(System.Logger.Level.INFO, "stopped");
    return 0;
  }

  private ServerConfig config() {
    requireName("--data", data);
    requireName("--kubeconfig", kubeconfig);
    requireName("--token-auth-file", tokenAuthFile);
    Path file = tokenAuthFile;
    if (file != null && (!Files.isReadable(file) || Files.isDirectory(file))) {
      throw wrong("cannot read the file given with --token-auth-file: " + file);
    }
    if (Files.exists(data) && !Files.isDirectory(data)) {
      throw wrong(data + ", given with --data, is not a directory");
    }
    if (!(goAwayChance >= 0 && goAwayChance <= ServerConfig.MAX_GO_AWAY_CHANCE)) {
      throw wrong("--goaway-chance must be from 0 to " + ServerConfig.MAX_GO_AWAY_CHANCE);
    }
    if (historyTime.compareTo(ServerConfig.MIN_HISTORY_TIME) < 0) {
      throw wrong("--history-time must be 5m or more");
    }
    if (historyBytes <= 0) {
      throw wrong("--history-bytes must be more than 0");
    }
    if (formBytes <= 0) {
      throw wrong("--form-bytes must be more than 0");
    }
    if (eventTtl.compareTo(ServerConfig.MAX_EVENT_TTL) > 0) {
      throw wrong(
          "--event-ttl must be %dh or less".formatted(ServerConfig.MAX_EVENT_TTL.toHours()));
    }
    return new ServerConfig(
        data,
        listen.host(),
        listen.port(),
        goAwayChance,
        store,
        kubeconfig == null ? data.resolve("admin.kubeconfig") : kubeconfig,
        checked("--feature-gates", featureGates, FeatureGates::parse),
        checked("--max-memory", maxMemory, MemoryPlan::of),
        file,
        historyTime,
        historyBytes,
        formBytes,
        network(),
        eventTtl,
        checked("--controllers", controllers, ServerConfig::controllers),
        accessConfig(),
        aggregationConfig(),
        etcdConfig(),
        encryptionSettings());
  }

  private ClusterNetwork network() {
    try {
      return ClusterNetwork.of(serviceRanges, nodePorts, advertiseAddress);
    } catch (IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
  }

  private AccessConfig accessConfig() {
    try {
      return access.config();
    } catch (IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
  }

  private AggregationConfig aggregationConfig() {
    try {
      return aggregation.config();
    } catch (IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
  }

  private EncryptionSettings encryptionSettings() {
    try {
      return encryption.settings();
    } catch (IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
  }

  private EtcdConfig etcdConfig() {
    EtcdConfig config;
    try {
      config = etcd.config();
    } catch (IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
    if (config.servers().isEmpty() != (store != StoreKind.ETCD)) {
      throw wrong("--store etcd and --etcd-servers belong together");
    }
    return config;
  }

  private <T, R> R checked(String option, T value, Function<T, R> reader) {
    try {
      return reader.apply(value);
    } catch (IllegalArgumentException e) {
      throw wrong(option + ": " + e.getMessage());
    }
  }

  /** The empty name would stand for the working directory. */
  private void requireName(String option, @Nullable Path path) {
    if (path != null && path.toString().isEmpty()) {
      throw wrong(option + " needs a name, and got an empty one");
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  /**
   * Warns if the heap's size is not the plan's. It is fixed when the JVM starts and cannot be set
   * here.
   */
  private static void warnOfOtherHeap(MemoryPlan plan) {
    long heap = Runtime.getRuntime().maxMemory();
    // The serial collector does not count one of the survivor spaces.
    if (heap > plan.heap() + plan.heap() / 10 || heap < plan.heap() - plan.heap() / 5) {
      LOG.log(
          System.Logger.Level.WARNING,
          "the heap may grow to {0} MiB where the memory plan has {1} MiB: start with ./rheo",
          heap / MIB,
          plan.heap() / MIB);
    }
  }

  private String readyLine(ServerConfig config, Server server) {
    String where = config.store() == StoreKind.MEMORY ? "in memory" : "in " + config.data();
    return String.format(
        Locale.ROOT,
        "Rheo %s is ready on https://%s, store %s %s, kubeconfig %s, after %.2f s",
        Release.version(),
        HostPort.of(server.address()),
        config.store(),
        where,
        config.kubeconfig(),
        startup.elapsed().toNanos() / 1e9);
  }
}
