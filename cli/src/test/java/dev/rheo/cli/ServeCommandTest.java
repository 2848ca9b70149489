package dev.rheo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.app.AccessConfig;
import dev.rheo.app.Server;
import dev.rheo.app.ServerConfig;
import dev.rheo.app.ServerStartException;
import dev.rheo.app.StoreKind;
import dev.rheo.testing.Await;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServeCommandTest {
  @TempDir Path scratch;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final List<ServerConfig> started = new ArrayList<>();
  private final StopRequest stop = StopRequest.byCall();
  private final FakeServer server = new FakeServer();

  /** Is ready from the second poll on, unless told otherwise. Requests the stop at the third. */
  private final class FakeServer implements Server {
    int asked;
    boolean neverReady;
    @Nullable Duration shutdown;

    @Override
    public boolean awaitReady(Duration atMost) {
      asked++;
      if (asked == 3) {
        stop.request();
      }
      return asked >= 2 && !neverReady;
    }

    @Override
    public InetSocketAddress address() {
      return new InetSocketAddress("127.0.0.1", 45678);
    }

    @Override
    public void forgetHistory() {
      throw new AssertionError("the command line forgets nothing");
    }

    @Override
    public void shutdown(Duration atMost) {
      shutdown = atMost;
    }
  }

  private int run(ServeCommand.Starter starter, String... arguments) {
    ServeCommand serve = new ServeCommand(new Startup(System.nanoTime()), starter, stop);
    return new RheoCommand(
            serve,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8))
        .execute(arguments);
  }

  private Server start(ServerConfig config) {
    started.add(config);
    return server;
  }

  @Test
  void saysOneLineWhenReadyAndShutsDownWhenAsked() {
    Thread.ofVirtual().start(() -> awaitLineThenStop());
    assertThat(run(this::start, "serve", "--data", "d", "--store", "memory")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .matches(
            "Rheo \\S+ is ready on https://127\\.0\\.0\\.1:45678, store memory in memory,"
                + " kubeconfig d/admin\\.kubeconfig, after [0-9]+\\.[0-9]{2} s\\R");
    assertThat(server.shutdown).isEqualTo(ServeCommand.DRAIN);
  }

  private void awaitLineThenStop() {
    Await.until("it says something", () -> out.size() > 0);
    stop.request();
  }

  @Test
  void isNotReadyBeforeTheServerIs() {
    server.neverReady = true;
    assertThat(run(this::start, "serve")).isZero();
    assertThat(out.size()).isZero();
    assertThat(server.asked).isEqualTo(3);
    assertThat(server.shutdown).isNotNull();
  }

  @Test
  void hasDefaults() {
    stop.request();
    run(this::start, "serve");
    ServerConfig config = started.getFirst();
    assertThat(config.data()).isEqualTo(Path.of("rheo-data"));
    assertThat(config.kubeconfig()).isEqualTo(Path.of("rheo-data/admin.kubeconfig"));
    assertThat(config.host()).isEqualTo("127.0.0.1");
    assertThat(config.port()).isEqualTo(6443);
    assertThat(config.store()).isEqualTo(StoreKind.ROCKSDB);
    assertThat(config.memory().total()).isEqualTo(384 << 20);
    assertThat(config.historyTime()).isEqualTo(Duration.ofHours(1));
    assertThat(config.historyBytes()).isEqualTo(4L << 30);
    assertThat(config.eventTtl()).isEqualTo(Duration.ofHours(1));
    assertThat(config.controllers()).hasSize(2);
    assertThat(config.tokenAuthFile()).isNull();
    assertThat(config.access()).isEqualTo(AccessConfig.defaults());
  }

  @Test
  void takesEachOption() throws Exception {
    stop.request();
    Path tokens = Files.writeString(scratch.resolve("tokens"), "");
    run(
        this::start,
        "serve",
        "--data=" + scratch,
        "--listen=[::1]:0",
        "--kubeconfig=k",
        "--token-auth-file=" + tokens,
        "--feature-gates=WatchList=false",
        "--max-memory=1g",
        "--history-time=1h30m",
        "--history-bytes=10m",
        "--event-ttl=90s",
        "--controllers=*,-garbagecollector",
        "--service-account-signing-key-file=" + tokens,
        "--service-account-key-file=" + tokens,
        "--service-account-key-file=" + tokens,
        "--service-account-issuer=https://a",
        "--service-account-issuer=b",
        "--api-audiences=c,d",
        "--authorization-mode=AlwaysAllow",
        "--enable-admission-plugins=ServiceAccount",
        "--log-format=json");
    assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();
    ServerConfig config = started.getFirst();
    assertThat(config.data()).isEqualTo(scratch);
    assertThat(config.host()).isEqualTo("::1");
    assertThat(config.port()).isZero();
    assertThat(config.kubeconfig()).isEqualTo(Path.of("k"));
    assertThat(config.tokenAuthFile()).isEqualTo(tokens);
    assertThat(config.gates().enabled(dev.rheo.api.feature.FeatureGates.Gate.WATCH_LIST)).isFalse();
    assertThat(config.memory().total()).isEqualTo(1L << 30);
    assertThat(config.access())
        .isEqualTo(
            new AccessConfig(
                tokens,
                List.of(tokens, tokens),
                List.of("https://a", "b"),
                List.of("c", "d"),
                true,
                true));
    assertThat(config.historyTime()).isEqualTo(Duration.ofMinutes(90));
    assertThat(config.historyBytes()).isEqualTo(10 << 20);
    assertThat(config.eventTtl()).isEqualTo(Duration.ofSeconds(90));
    assertThat(config.controllers()).hasToString("[namespace-controller]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--store=etcd | --store etcd and --etcd-servers belong together",
        "--etcd-servers=http://127.0.0.1:99999 | is no etcd server: http://HOST:PORT",
        "--etcd-servers=foo | is no etcd server: http://HOST:PORT",
        "--etcd-servers=http://a:1/path | is no etcd server: http://HOST:PORT",
        "--etcd-servers=http://a:1,https://b:1 | cannot be mixed",
        "--etcd-servers=http://u:p@a:1 | use --etcd-user",
        "--encryption-provider-config=/no/such/file | no such file or directory",
        "--encryption-provider-config-automatic-reload | must be set with",
        "--listen=6443 | not HOST:PORT",
        "--listen=localhost:65536 | not HOST:PORT",
        "--listen=::1:6443 | not HOST:PORT",
        "--max-memory=255m | at least 256 MiB",
        "--max-memory=much | not a size such as",
        "--max-memory=9999999999999g | too large",
        "--history-time=4m59s | 5m or more",
        "--history-time=1.5h | not a time such as",
        "--history-bytes=0 | more than 0",
        "--event-ttl=-1s | not a time such as",
        "--event-ttl=90000h | 87600h or less",
        "--controllers=*,-nope | \"nope\" is not in the list of known controllers",
        "--feature-gates=NoSuch=true | WatchList",
        "--feature-gates=WatchList=maybe | WatchList",
        "--token-auth-file=/no/such/file | /no/such/file",
        "--data=pom.xml | not a directory",
        "--data= | --data needs a name",
        "--kubeconfig= | --kubeconfig needs a name",
        "--token-auth-file= | --token-auth-file needs a name",
        "--token-auth-file=. | cannot read the file given with --token-auth-file: .",
        "--service-cluster-ip-range=10.0.0.0 | --service-cluster-ip-range: invalid CIDR address",
        "--service-node-port-range=5-4 | --service-node-port-range: not a range of ports",
        "--advertise-address=127.0.0.1 | --advertise-address: others cannot reach 127.0.0.1",
        "--service-account-signing-key-file=/no/such/file | --service-account-signing-key-file",
        "--service-account-key-file=. | --service-account-key-file",
        "--service-account-issuer= | --service-account-issuer: an issuer is empty",
        "--service-account-issuer=a:b c | contains a colon and is not a URL",
        "--authorization-mode=RBAC | is not AlwaysAllow",
        "--enable-admission-plugins=PodSecurity | only ServiceAccount can be switched",
        "--disable-admission-plugins=X | only ServiceAccount can be switched",
        "--log-format=xml | --log-format",
        "--no-such-option | --no-such-option",
        "stray | stray' is not known",
      })
  void refusesBadInputInOneLine(String argument, String named) {
    assertThat(run(this::start, "serve", argument)).isEqualTo(2);
    assertThat(started).isEmpty();
    assertThat(out.size()).isZero();
    assertThat(err.toString(StandardCharsets.UTF_8))
        .hasLineCount(1)
        .startsWith("rheo serve: ")
        .contains(named)
        .endsWith("(see rheo serve --help)" + System.lineSeparator());
  }

  @Test
  void saysWhyTheServerCannotStart() {
    int code =
        run(
            config -> {
              throw new ServerStartException("process 12 holds the data directory\nd");
            },
            "serve");
    assertThat(code).isEqualTo(1);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo("rheo serve: process 12 holds the data directory; d" + System.lineSeparator());
  }

  @Test
  void aFaultOfOursIsOneLineToo() {
    int code =
        run(
            config -> {
              throw new IllegalStateException("inner");
            },
            "serve");
    assertThat(code).isEqualTo(1);
    assertThat(err.toString(StandardCharsets.UTF_8)).hasLineCount(1).contains("inner");
  }

  @Test
  void withoutACommandSaysWhereTheHelpIs() {
    assertThat(run(this::start)).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8)).hasLineCount(1).contains("rheo --help");
  }

  @ParameterizedTest
  @CsvSource({"help", "--help", "help serve", "serve --help", "version --help", "help version"})
  void helpsEverywhere(String arguments) {
    assertThat(run(this::start, arguments.split(" "))).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("Usage: rheo");
    assertThat(err.size()).isZero();
  }

  @Test
  void tellsItsVersion() {
    assertThat(run(this::start, "version")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .containsPattern("Rheo [0-9]+\\.[0-9]+\\.[0-9]+")
        .contains("Kubernetes API 1.36.3");
  }
}
