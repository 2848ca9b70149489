package dev.rheo.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.BufferedReader;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sends signals to a child process. */
@Timeout(60)
class SignalTest {

  @ParameterizedTest
  @CsvSource({"TERM", "INT"})
  void theFirstSignalShutsDownAndExitsWithZero(String signal) throws Exception {
    assumeFalse(isIgnored(signal), "whoever started the tests made children ignore SIG" + signal);
    Process process = start("at-once");
    BufferedReader out = process.inputReader();
    assertThat(out.readLine()).startsWith("Rheo ");
    send(signal, process);
    assertThat(out.readLine()).isEqualTo("shutting down");
    assertThat(exitCode(process)).isZero();
  }

  @Test
  void theSecondSignalEndsTheProcessAtOnce() throws Exception {
    Process process = start("for-ever");
    BufferedReader out = process.inputReader();
    assertThat(out.readLine()).startsWith("Rheo ");
    send("TERM", process);
    assertThat(out.readLine()).isEqualTo("shutting down");
    assertThat(process.isAlive()).isTrue();
    send("TERM", process);
    assertThat(exitCode(process)).isEqualTo(128 + 15);
  }

  /** A process inherits ignored signals, SIGINT for example from a shell's background job. */
  private static boolean isIgnored(String signal) throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return false;
    }
    int number = signal.equals("INT") ? 2 : 15;
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("SigIgn:"))
        .map(line -> new BigInteger(line.substring("SigIgn:".length()).strip(), 16))
        .anyMatch(mask -> mask.testBit(number - 1));
  }

  private static Process start(String how) throws Exception {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            SlowServer.class.getName(),
            how)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static void send(String signal, Process process) throws Exception {
    new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
  }

  private static int exitCode(Process process) throws Exception {
    try {
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      return process.exitValue();
    } finally {
      process.destroyForcibly();
    }
  }
}
