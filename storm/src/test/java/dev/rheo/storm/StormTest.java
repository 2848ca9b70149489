package dev.rheo.storm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.rheo.storm.result.CurvePoint;
import dev.rheo.storm.result.Failure.Kind;
import dev.rheo.storm.result.Memory;
import dev.rheo.storm.result.Mode;
import dev.rheo.storm.result.RunResult;
import dev.rheo.storm.result.ServerInfo;
import dev.rheo.storm.result.StormEvents;
import dev.rheo.storm.result.StormException;
import dev.rheo.storm.result.StormResult;
import dev.rheo.storm.result.StormSettings;
import dev.rheo.storm.result.StormSettings.Accept;
import dev.rheo.storm.result.StormSettings.Connections;
import dev.rheo.storm.result.StormSettings.ResourceKind;
import dev.rheo.storm.run.Pace;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole storms against a scripted server. */
@Timeout(120)
class StormTest {
  private static final int OBJECTS = 20;

  @TempDir Path folder;
  private FakeServer server;
  private final List<String> warnings = Collections.synchronizedList(new ArrayList<>());
  private final List<String> cleanups = new ArrayList<>();
  private final AtomicBoolean stop = new AtomicBoolean();
  private boolean yes = true;
  private Confirmation confirmation =
      question -> {
        throw new AssertionError(question);
      };
  private Long maxServerMemory;
  private double churn;
  private double hold;
  private long rate;
  private double timeout = 60;
  private boolean keep;
  private Connections connections = Connections.OWN;
  private StormSettings.Reader reader = StormSettings.Reader.STREAMS;

  private final class Recorder implements StormEvents {
    @Override
    public void warning(String message) {
      warnings.add(message);
    }

    @Override
    public void cleanup(String what) {
      cleanups.add(what);
    }
  }

  @BeforeEach
  void start() throws IOException {
    server = new FakeServer();
  }

  @AfterEach
  void end() {
    server.close();
  }

  private StormResult run(Mode... modes) throws StormException, InterruptedException {
    return run(new Recorder(), modes);
  }

  private StormResult run(StormEvents events, Mode... modes)
      throws StormException, InterruptedException {
    try {
      StormOptions options =
          new StormOptions(
              new StormSettings(
                  List.of(modes),
                  4,
                  OBJECTS,
                  2000,
                  ResourceKind.SECRETS,
                  Accept.JSON,
                  "weather",
                  reader,
                  connections,
                  rate,
                  hold,
                  churn,
                  1,
                  timeout,
                  keep,
                  0,
                  null),
              server.kubeconfig(folder),
              null,
              List.of(),
              folder,
              yes,
              maxServerMemory,
              "test",
              new Pace(Duration.ofMillis(1), Duration.ofMillis(100), Duration.ofSeconds(2)));
      return new Storm(options, events, confirmation, stop::get).run();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private StormException refused(Mode... modes) {
    return catchThrowableOfType(StormException.class, () -> run(modes));
  }

  @Test
  void bothModesVerifyEverything() throws Exception {
    StormResult result = run(Mode.LIST, Mode.WATCHLIST);
    assertThat(result.succeeded()).isTrue();
    assertThat(result.runs())
        .extracting(RunResult::mode)
        .containsExactly(Mode.LIST, Mode.WATCHLIST);
    for (RunResult run : result.runs()) {
      assertThat(run.readersComplete()).isEqualTo(4);
      assertThat(run.objects()).isEqualTo(4 * OBJECTS);
      assertThat(run.bytes()).isGreaterThan(4L * OBJECTS * 2000);
      assertThat(run.syncSeconds()).hasSize(4).isSorted();
      assertThat(run.firstByte().max()).isLessThanOrEqualTo(run.sync().max());
      assertThat(run.memory().source()).isEqualTo(Memory.Source.METRICS);
      assertThat(run.memory().before()).isEqualTo(150_000_000);
      assertThat(run.curve()).extracting(CurvePoint::seconds).isSorted();
      assertThat(run.notes()).isEmpty();
    }
    assertThat(server.lists).hasValue(4);
    assertThat(server.watchLists).hasValue(4);
    assertThat(server.watches).hasValue(0);
    assertThat(server.objectCount()).isZero();
    assertThat(server.namespace()).isEmpty();
    JsonMapper json = new JsonMapper();
    assertThat(json.readValue(json.writeValueAsBytes(result), StormResult.class)).isEqualTo(result);
  }

  @Test
  void informersKeepWhatTheyAreSent() throws Exception {
    reader = StormSettings.Reader.INFORMERS;
    StormResult result = run(Mode.LIST, Mode.WATCHLIST);
    assertThat(result.runs()).allSatisfy(run -> assertThat(run.failures()).isEmpty());
    assertThat(result.succeeded()).isTrue();
    assertThat(result.runs())
        .allSatisfy(
            run -> {
              assertThat(run.objects()).isEqualTo(4L * OBJECTS);
              assertThat(run.curve().getLast().clientMemory()).isPositive();
            });
  }

  @Test
  void informersAreSentEachChange() throws Exception {
    reader = StormSettings.Reader.INFORMERS;
    hold = 1;
    churn = 50;
    StormResult result = run(Mode.WATCHLIST);
    assertThat(result.runs().get(0).failures()).isEmpty();
    assertThat(result.succeeded()).isTrue();
    assertThat(result.runs().get(0).churnEvents()).isPositive();
  }

  @Test
  void aServerThatRefusesWatchListsIsListed() throws Exception {
    server.refusesWatchLists = true;
    StormResult result = run(Mode.WATCHLIST);
    assertThat(result.succeeded()).isTrue();
    assertThat(server.watchLists).hasValue(4);
    assertThat(server.lists).hasValue(4);
    assertThat(result.runs().getFirst().notes())
        .singleElement()
        .asString()
        .contains("refused watch lists", "4 readers listed instead", "422", "switched off");
    assertThat(warnings).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({"LIST", "WATCHLIST"})
  void aServerThatDiesHalfWay(Mode mode) throws Exception {
    server.diesAfterObjects = OBJECTS / 2;
    StormResult result = run(mode);
    assertThat(result.succeeded()).isFalse();
    RunResult run = result.runs().getFirst();
    assertThat(run.readersFailed()).isEqualTo(4);
    assertThat(run.failures())
        .hasSize(4)
        .allSatisfy(
            failure -> {
              assertThat(failure.kind()).isEqualTo(Kind.TRUNCATED);
              assertThat(failure.where()).contains("(10 of 20 objects)");
            });
    assertThat(server.objectCount()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"LIST", "WATCHLIST"})
  void anObjectThatIsNotSent(Mode mode) throws Exception {
    server.leavesOut = "storm-0000007"::equals;
    StormResult result = run(mode);
    assertThat(result.succeeded()).isFalse();
    assertThat(result.runs().getFirst().failures())
        .allSatisfy(
            failure -> {
              assertThat(failure.kind()).isEqualTo(Kind.MISSING);
              assertThat(failure.where()).isEqualTo("weather/storm-0000007");
            });
  }

  @Test
  void readersComeAgainWhenToldToWait() throws Exception {
    server.busyAnswers = 2;
    StormResult result = run(Mode.WATCHLIST);
    assertThat(result.succeeded()).isTrue();
    assertThat(server.watchLists).hasValue(6);
    assertThat(result.runs().getFirst().sync().max()).isGreaterThan(0.9);
    assertThat(result.runs().getFirst().notes()).singleElement().asString().startsWith("2 answers");
  }

  @ParameterizedTest
  @CsvSource({"LIST", "WATCHLIST"})
  void eachChangeIsToReachEachReader(Mode mode) throws Exception {
    churn = 200;
    hold = 1;
    StormResult result = run(mode);
    assertThat(result.runs().getFirst().failures()).isEmpty();
    assertThat(result.succeeded()).isTrue();
    assertThat(result.runs().getFirst().churnEvents()).isGreaterThan(4 * 50);
    assertThat(server.watches).hasValue(mode == Mode.LIST ? 4 : 0);
  }

  @Test
  void changesThatAreLost() throws Exception {
    churn = 200;
    hold = 0.5;
    server.losesChanges = true;
    StormResult result = run(Mode.LIST);
    assertThat(result.runs().getFirst().failures())
        .hasSize(4)
        .allSatisfy(failure -> assertThat(failure.kind()).isEqualTo(Kind.MISSING));
  }

  @Test
  void slowReadersTakeTheirTime() throws Exception {
    rate = 40_000;
    StormResult result = run(Mode.LIST);
    assertThat(result.succeeded()).isTrue();
    assertThat(result.runs().getFirst().sync().min()).isGreaterThan(0.5);
  }

  @Test
  void theMemoryGuardStopsTheStorm() throws Exception {
    rate = 5_000;
    maxServerMemory = 200L << 20;
    StormResult result =
        run(
            new StormEvents() {
              @Override
              public void runStarted(Mode mode, int repeat, int readers, long memoryBefore) {
                server.metrics = "process_resident_memory_bytes 2.5e+08\n";
              }
            },
            Mode.LIST,
            Mode.WATCHLIST);
    assertThat(result.succeeded()).isFalse();
    assertThat(result.runs()).hasSize(1);
    assertThat(result.aborted()).contains("238 MiB", "200 MiB", "--max-server-memory");
    assertThat(result.runs().getFirst().failures())
        .allSatisfy(failure -> assertThat(failure.kind()).isEqualTo(Kind.STOPPED));
    assertThat(server.objectCount()).isZero();
  }

  @Test
  void theMemoryGuardWatchesBeforeTheReadersToo() throws Exception {
    maxServerMemory = 100L << 20;
    StormResult result = run(Mode.LIST);
    assertThat(result.runs()).isEmpty();
    assertThat(result.aborted()).contains("143 MiB");
    assertThat(result.succeeded()).isFalse();
    assertThat(server.objectCount()).isZero();
    assertThat(server.namespace()).isEmpty();
  }

  @Test
  void aStopCleansUp() throws Exception {
    rate = 5_000;
    StormResult result =
        run(
            new StormEvents() {
              @Override
              public void sample(CurvePoint point) {
                stop.set(true);
              }
            },
            Mode.LIST);
    assertThat(result.aborted()).isEqualTo("stopped by a signal");
    assertThat(server.objectCount()).isZero();
    assertThat(server.namespace()).isEmpty();
  }

  @Test
  void aReaderThatIsTooSlow() throws Exception {
    rate = 1_000;
    timeout = 1;
    RunResult run = run(Mode.WATCHLIST).runs().getFirst();
    assertThat(run.failures())
        .hasSize(4)
        .allSatisfy(failure -> assertThat(failure.kind()).isEqualTo(Kind.TIMEOUT));
  }

  @Test
  void keptIsKept() throws Exception {
    keep = true;
    run(Mode.LIST);
    assertThat(server.objectCount()).isEqualTo(OBJECTS);
    assertThat(cleanups).containsExactly("keeping the namespace weather");
  }

  @Test
  void aClusterInUseIsNotTouchedUnasked() throws Exception {
    server.inUse = true;
    yes = false;
    List<String> questions = new ArrayList<>();
    confirmation = question -> !questions.add(question);
    assertThat(refused(Mode.LIST)).hasMessageContaining("not yes");
    assertThat(questions).singleElement().asString().contains("nodes");
    assertThat(server.namespace()).isEmpty();
    confirmation = question -> true;
    assertThat(run(Mode.LIST).succeeded()).isTrue();
  }

  @Test
  void aServerThatDoesNotTellItsMemory() throws Exception {
    server.refuses = "GET /metrics"::equals;
    StormResult result = run(Mode.LIST);
    assertThat(result.succeeded()).isTrue();
    assertThat(result.runs().getFirst().memory().source()).isEqualTo(Memory.Source.NONE);
    assertThat(result.warnings()).singleElement().asString().contains("--server-pid");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "GET /version|401|Unauthorized|renew them",
        "POST /api/v1/namespaces|403|namespaces is forbidden|lack the right",
        "POST /api/v1/namespaces|409|already exists|choose another --namespace",
        "POST /api/v1/namespaces/weather/secrets|403|exceeded quota: few|a quota forbids it",
        "POST /api/v1/namespaces/weather/secrets|500|write: no space left on device|disk is full",
        "POST /api/v1/namespaces/weather/secrets|500|etcdserver: mvcc: database space exceeded|disk is full",
        "POST /api/v1/namespaces/weather/secrets|422|Too long|smaller --size",
        "GET /api/v1/namespaces/weather/secrets|403|secrets is forbidden|lack the right",
        "GET /api/v1/namespaces/weather/secrets|406|not acceptable|--accept json",
      })
  void refusalsSayWhatToDo(String request, int code, String message, String advice) {
    server.refuses = request::equals;
    server.refusal = new FakeServer.Refusal(code, message);
    StormException refused = refused(Mode.LIST);
    assertThat(refused).hasMessageContaining(advice).hasMessageContaining(message);
    assertThat(refused.getMessage()).doesNotContain("\n");
    assertThat(server.objectCount()).isZero();
    assertThat(server.namespace()).isEmpty();
  }

  @Test
  void aServerThatIsNotThere() {
    server.close();
    assertThat(refused(Mode.LIST)).hasMessageContaining("is not reachable (Connection refused)");
  }

  @Test
  void sharedConnectionsNeedHttps() {
    connections = Connections.SHARED;
    assertThat(refused(Mode.LIST)).hasMessageContaining("--connections own");
  }

  @Test
  void theServerIsDescribed() throws Exception {
    ServerInfo info = run(Mode.LIST).server();
    assertThat(info.gitVersion()).isEqualTo("v1.36.3-fake");
    assertThat(info.local()).isTrue();
    assertThat(info.started()).isFalse();
  }
}
