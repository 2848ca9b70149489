package dev.rheo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.rheo.storm.result.Memory;
import dev.rheo.storm.result.Mode;
import dev.rheo.storm.result.RunResult;
import dev.rheo.storm.result.StormResult;
import dev.rheo.storm.run.Pace;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class StormCommandTest {
  @TempDir Path scratch;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  /** Runs {@code rheo} as a user would. */
  private int rheo(String... arguments) {
    return Main.run(System.nanoTime(), arguments, print(out), print(err));
  }

  private static PrintStream print(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--mode nothing|is neither list, watchlist nor both",
        "--informers 0|--informers must be 1 to 20000",
        "--objects 0|--objects must be",
        "--size 3|--size must be",
        "--size large|is not a size",
        "--accept xml|xml",
        "--churn many/s|is no number per second",
        "--churn -1|--churn must be",
        "--timeout soon|is not a time",
        "--namespace kube-system|--namespace must be one of its own",
        "--namespace Upper|is no name of a namespace",
        "--context other|--context needs --kubeconfig",
        "--server-pid 1|--server-pid needs --kubeconfig",
        "--report /nowhere/page.html|cannot write to /nowhere/page.html",
      })
  void whatMakesNoSenseIsRefusedBeforeAnythingIsDone(String arguments, String message) {
    assertThat(rheo(("storm " + arguments).split(" "))).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .startsWith("rheo storm: ")
        .contains(message)
        .hasLineCount(1);
  }

  @Test
  void whatCannotBeRunIsAnotherExitCode() {
    assertThat(rheo("storm", "--kubeconfig", scratch.resolve("none").toString())).isEqualTo(3);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .startsWith("rheo storm: cannot read the kubeconfig")
        .hasLineCount(1);
  }

  @Test
  void theHelpNamesIt() {
    assertThat(rheo("help")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("storm");
  }

  /** The whole command, against a server that it starts. */
  @Test
  @Timeout(180)
  void aStormAgainstARheoOfItsOwn() throws Exception {
    Path json = scratch.resolve("storm.json");
    Path page = scratch.resolve("storm.html");
    StormCommand storm =
        new StormCommand(
            print(out),
            print(err),
            StopRequest.byCall(),
            new Pace(Duration.ofMillis(1), Duration.ofMillis(500), Duration.ofSeconds(20)));
    int code =
        new CommandLine(storm)
            .setCaseInsensitiveEnumValuesAllowed(true)
            .execute(
                "--objects=12",
                "--size=50k",
                "--informers=6",
                "--connections=shared",
                "--churn=20/s",
                "--hold=1s",
                "--json=" + json,
                "--report=" + page);
    assertThat(code).as("%s%n%s", out, err).isZero();
    StormResult result = new JsonMapper().readValue(json.toFile(), StormResult.class);
    assertThat(result.succeeded()).isTrue();
    assertThat(result.server().kind()).isEqualTo("Rheo");
    assertThat(result.server().started()).isTrue();
    assertThat(result.runs())
        .extracting(RunResult::mode)
        .containsExactly(Mode.LIST, Mode.WATCHLIST);
    assertThat(result.runs())
        .allSatisfy(
            run -> {
              assertThat(run.readersComplete()).isEqualTo(6);
              assertThat(run.objects()).isEqualTo(6 * 12);
              assertThat(run.churnEvents()).isPositive();
              assertThat(run.memory().source()).isEqualTo(Memory.Source.PID);
              assertThat(run.memory().peak()).isGreaterThan(50 << 20);
            });
    assertThat(page).isNotEmptyFile();
  }
}
