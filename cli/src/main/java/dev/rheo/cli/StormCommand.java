package dev.rheo.cli;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.rheo.api.io.IoFailures;
import dev.rheo.app.MemoryPlan;
import dev.rheo.app.Release;
import dev.rheo.storm.Storm;
import dev.rheo.storm.StormOptions;
import dev.rheo.storm.result.Mode;
import dev.rheo.storm.result.StormException;
import dev.rheo.storm.result.StormResult;
import dev.rheo.storm.result.StormSettings;
import dev.rheo.storm.run.Pace;
import dev.rheo.storm.view.HtmlReport;
import dev.rheo.storm.view.StormView;
import java.io.Console;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code rheo storm}: starts many informers at once against a server and measures the cost. */
@Command(
    name = "storm",
    description = {
      "Starts many informers at once against a Kubernetes API server, verifies all that each gets,"
          + " and measures the server.",
      "Without --kubeconfig against a Rheo that is started for the occasion."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    showDefaultValues = true,
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:every reader got everything",
      "1:a reader did not, or the storm was stopped",
      "2:the options were not understood",
      "3:it could not be run"
    })
final class StormCommand implements Callable<Integer> {
  static final int INCOMPLETE = 1;
  static final int COULD_NOT_RUN = 3;

  /**
   * Set by the launcher to its own path, so that storm starts its server with the launcher's
   * options.
   */
  private static final String LAUNCHER = "rheo.launcher";

  private static final String STANDARD_OUTPUT = "-";

  private final PrintStream out;
  private final PrintStream err;
  private final StopRequest stop;
  private final Pace pace;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--kubeconfig",
      paramLabel = "FILE",
      description = "The cluster to use (default: a Rheo started for the occasion).")
  private @Nullable Path kubeconfig;

  @Option(
      names = "--context",
      paramLabel = "NAME",
      description = "The context of the kubeconfig (default: its current one).")
  private @Nullable String context;

  @Option(
      names = "--mode",
      paramLabel = "list|watchlist|both",
      defaultValue = "both",
      description = "How informers get the objects; both means one after the other.",
      converter = Modes.class)
  private List<Mode> modes = List.of(Mode.LIST, Mode.WATCHLIST);

  @Option(
      names = "--informers",
      paramLabel = "N",
      defaultValue = "16",
      description = "Informers at once.")
  private int informers = 16;

  @Option(
      names = "--objects",
      paramLabel = "N",
      defaultValue = "400",
      description = "Objects to create.")
  private int objects = 400;

  @Option(
      names = "--size",
      paramLabel = "SIZE",
      defaultValue = "1MB",
      converter = ByteSize.class,
      description = "Payload of each object, as JSON carries it.")
  private long size = 1 << 20;

  @Option(
      names = "--resource",
      paramLabel = "secrets|configmaps",
      defaultValue = "secrets",
      description = "Kind of the objects.")
  private StormSettings.ResourceKind resource = StormSettings.ResourceKind.SECRETS;

  @Option(
      names = "--accept",
      paramLabel = "json|protobuf",
      defaultValue = "json",
      description = "Format in which informers ask for them.")
  private StormSettings.Accept accept = StormSettings.Accept.JSON;

  @Option(
      names = "--namespace",
      paramLabel = "NAME",
      description = "Created, and removed at the end (default: rheo-storm- and random letters).")
  private @Nullable String namespace;

  @Option(names = "--keep", description = "Leave the namespace and its objects behind.")
  private boolean keep;

  @Option(
      names = "--reader",
      paramLabel = "streams|informers",
      defaultValue = "streams",
      description =
          "streams: readers verify what comes and keep nothing; informers: Rheo's informers, which keep it, so that the"
              + " client's memory is drawn, too.")
  private StormSettings.Reader reader = StormSettings.Reader.STREAMS;

  @Option(
      names = "--connections",
      paramLabel = "own|shared",
      defaultValue = "own",
      description =
          "own: HTTP/1.1, one for each informer; shared: HTTP/2, as many informers on one as the"
              + " server admits.")
  private StormSettings.Connections connections = StormSettings.Connections.OWN;

  @Option(
      names = "--rate",
      paramLabel = "SIZE",
      defaultValue = "0",
      converter = ByteSize.class,
      description = "Bytes per second that each informer takes; 0: as many as come.")
  private long rate;

  @Option(
      names = "--hold",
      paramLabel = "TIME",
      defaultValue = "0s",
      converter = GoDuration.class,
      description = "How long informers keep watching after all have synced.")
  private Duration hold = Duration.ZERO;

  @Option(
      names = "--churn",
      paramLabel = "N[/s]",
      defaultValue = "0",
      converter = PerSecond.class,
      description = "Updates per second during a run; each informer must get each of them.")
  private double churn;

  @Option(
      names = "--repeat",
      paramLabel = "N",
      defaultValue = "1",
      description = "How often each mode is run.")
  private int repeat = 1;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "30m",
      converter = GoDuration.class,
      description = "Limit of one run.")
  private Duration timeout = Duration.ofMinutes(30);

  @Option(
      names = "--server-pid",
      paramLabel = "PID",
      description =
          "Process of this machine whose memory is measured (default: the server's /metrics tell).")
  private @Nullable Long serverPid;

  @Option(
      names = "--max-server-memory",
      paramLabel = "SIZE",
      converter = ByteSize.class,
      description =
          "Stop when the server uses so much; 0: never (default: 80 %% of the machine's memory"
              + " where the server is local).")
  private @Nullable Long maxServerMemory;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "Write a page with curves and figures there.")
  private @Nullable Path report;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write the result as JSON there; - is standard output.")
  private @Nullable String json;

  @Option(
      names = {"-y", "--yes"},
      description = "Do not ask before writing to a cluster that is in use.")
  private boolean yes;

  /** One mode, or both. */
  static final class Modes implements ITypeConverter<List<Mode>> {
    @Override
    public List<Mode> convert(String text) {
      return switch (text) {
        case "list" -> List.of(Mode.LIST);
        case "watchlist" -> List.of(Mode.WATCHLIST);
        case "both" -> List.of(Mode.LIST, Mode.WATCHLIST);
        default ->
            throw new TypeConversionException(
                "'%s' is neither list, watchlist nor both".formatted(text));
      };
    }
  }

  /** {@code 5} or {@code 5/s}. */
  static final class PerSecond implements ITypeConverter<Double> {
    @Override
    public Double convert(String text) {
      try {
        return Double.valueOf(text.replaceFirst("/s$", ""));
      } catch (NumberFormatException e) {
        throw new TypeConversionException(
            "'%s' is no number per second such as 5/s".formatted(text));
      }
    }
  }

  StormCommand(PrintStream out, PrintStream err) {
    this(out, err, StopRequest.bySignal(), Pace.DEFAULT);
  }

  StormCommand(PrintStream out, PrintStream err, StopRequest stop, Pace pace) {
    this.out = out;
    this.err = err;
    this.stop = stop;
    this.pace = pace;
  }

  @Override
  public Integer call() throws Exception {
    StormOptions options = options();
    for (Path file : written()) {
      requireWritable(file);
    }
    Logging.install(LogFormat.TEXT, System.err);
    stop.install();
    PrintStream shown = STANDARD_OUTPUT.equals(json) ? err : out;
    StormResult result;
    try {
      result = new Storm(options, StormView.of(shown), this::confirmed, stop::requested).run();
    } catch (StormException e) {
      if (stop.requested()) {
        // The cause may be the signal: it may also have ended the server that storm started.
        err.printf("%s: stopped by a signal%n", spec.qualifiedName());
        return INCOMPLETE;
      }
      err.printf("%s: %s%n", spec.qualifiedName(), e.getMessage());
      return COULD_NOT_RUN;
    }
    write(result, shown);
    return result.succeeded() ? 0 : INCOMPLETE;
  }

  private StormOptions options() {
    try {
      return new StormOptions(
          new StormSettings(
              modes,
              informers,
              objects,
              size,
              resource,
              accept,
              namespace == null ? "rheo-storm-" + letters() : namespace,
              reader,
              connections,
              rate,
              hold.toMillis() / 1e3,
              churn,
              repeat,
              timeout.toMillis() / 1e3,
              keep,
              0,
              serverPid),
          kubeconfig,
          context,
          serveCommand(),
          scratch(),
          yes,
          maxServerMemory,
          Release.version(),
          pace);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }

  /** A random suffix, so that the name is not one that somebody uses. */
  private static String letters() {
    // Without vowels, so that the suffix forms no word.
    String alphabet = "bcdfghjklmnpqrstvwxz2456789";
    return ThreadLocalRandom.current()
        .ints(5, 0, alphabet.length())
        .collect(StringBuilder::new, (s, i) -> s.append(alphabet.charAt(i)), StringBuilder::append)
        .toString();
  }

  /**
   * The launcher, which knows the heap size of a server; without it, the JVM that runs this
   * command.
   */
  private static List<String> serveCommand() {
    String launcher = System.getProperty(LAUNCHER);
    if (launcher != null) {
      return List.of(launcher, "serve");
    }
    MemoryPlan plan = MemoryPlan.of(MemoryPlan.DEFAULT_TOTAL);
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xmx" + plan.heap(),
        "-XX:MaxDirectMemorySize=" + plan.direct(),
        "-XX:+UseSerialGC",
        "-XX:+UseCompactObjectHeaders",
        "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow",
        "-cp",
        System.getProperty("java.class.path"),
        Main.class.getName(),
        "serve");
  }

  private static Path scratch() {
    String given = System.getenv("TMPDIR");
    return Path.of(given == null || given.isEmpty() ? System.getProperty("java.io.tmpdir") : given);
  }

  private List<Path> written() {
    return Stream.of(report, json == null || json.equals(STANDARD_OUTPUT) ? null : Path.of(json))
        .filter(Objects::nonNull)
        .toList();
  }

  /** Checks that a file can be written before the storm begins, not after it. */
  private void requireWritable(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    if (Files.isDirectory(file)
        || folder == null
        || !Files.isDirectory(folder)
        || !Files.isWritable(Files.exists(file) ? file : folder)) {
      throw new ParameterException(spec.commandLine(), "cannot write to " + file);
    }
  }

  private boolean confirmed(String question) throws StormException {
    Console console = System.console();
    if (console == null || !console.isTerminal()) {
      throw new StormException(
          question.replaceFirst(" Load it with.*", " ") + "To load it all the same, give --yes");
    }
    String answer = console.readLine("%s [y/N] ", question);
    return answer != null && answer.strip().toLowerCase(Locale.ROOT).startsWith("y");
  }

  private void write(StormResult result, PrintStream shown) throws CommandFailedException {
    Path page = report;
    String where = json;
    try {
      if (page != null) {
        HtmlReport.write(result, page);
        shown.println("report: " + page);
      }
      if (where != null) {
        byte[] text =
            JsonMapper.builder()
                .enable(SerializationFeature.INDENT_OUTPUT)
                .build()
                .writeValueAsBytes(result);
        if (where.equals(STANDARD_OUTPUT)) {
          out.write(text, 0, text.length);
          out.println();
          out.flush();
        } else {
          Files.write(Path.of(where), text);
        }
      }
    } catch (IOException e) {
      throw new CommandFailedException("cannot write the result: " + IoFailures.tell(e), e);
    }
  }
}
