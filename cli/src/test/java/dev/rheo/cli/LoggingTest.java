package dev.rheo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LoggingTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @AfterEach
  void restore() throws Exception {
    LogManager.getLogManager().readConfiguration();
  }

  private void install(LogFormat format) {
    Logging.install(format, new PrintStream(out, true, StandardCharsets.UTF_8));
  }

  private static LogRecord record(String message) {
    LogRecord record = new LogRecord(Level.WARNING, message);
    record.setInstant(Instant.parse("2026-05-04T10:11:12.345678Z"));
    record.setLoggerName("a.B");
    return record;
  }

  @Test
  void writesALineForPeople() {
    assertThat(new TextLogFormatter().format(record("low on disk")))
        .isEqualTo("2026-05-04T10:11:12.345Z warn  a.B: low on disk\n");
  }

  @Test
  void aMessageCannotForgeALine() {
    assertThat(new TextLogFormatter().format(record("x\n2026 info\u001b[2J\r")))
        .endsWith("x\\n2026 info\\u001b[2J\\u000d\n")
        .hasLineCount(1);
  }

  @Test
  void writesAnObjectPerLine() throws Exception {
    LogRecord record = record("said \"{0}\"\nagain");
    record.setParameters(new Object[] {"hello"});
    record.setThrown(new IllegalStateException("why"));
    String line = new JsonLogFormatter().format(record);
    assertThat(line).hasLineCount(1);
    JsonNode json = new ObjectMapper().readTree(line);
    assertThat(json.get("ts").asText()).isEqualTo("2026-05-04T10:11:12.345Z");
    assertThat(json.get("level").asText()).isEqualTo("warn");
    assertThat(json.get("logger").asText()).isEqualTo("a.B");
    assertThat(json.get("msg").asText()).isEqualTo("said \"hello\"\nagain");
    assertThat(json.get("error").asText()).contains("IllegalStateException: why", "\tat ");
  }

  @Test
  void takesSystemLoggersRecords() throws Exception {
    install(LogFormat.JSON);
    System.getLogger("c.D").log(System.Logger.Level.ERROR, "{0} of {1}", 3, "four");
    System.getLogger("c.D").log(System.Logger.Level.DEBUG, "unheard");
    JsonNode json = new ObjectMapper().readTree(out.toByteArray());
    assertThat(json.get("level").asText()).isEqualTo("error");
    assertThat(json.get("logger").asText()).isEqualTo("c.D");
    assertThat(json.get("msg").asText()).isEqualTo("3 of four");
    assertThat(json.has("error")).isFalse();
  }

  @Test
  void whoLogsDoesNotFailIfTheRecordCannotBeWritten() {
    install(LogFormat.TEXT);
    RuntimeException unprintable =
        new IllegalStateException("why") {
          private static final long serialVersionUID = 1L;

          @Override
          public String getMessage() {
            throw new IllegalArgumentException("no words");
          }
        };
    System.getLogger("c.D").log(System.Logger.Level.ERROR, "it failed", unprintable);
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("could not be written", "no words");
  }

  @Test
  void takesNettysRecords() {
    install(LogFormat.TEXT);
    InternalLoggerFactory.getInstance("io.netty.X").warn("from {}", "below");
    assertThat(out.toString(StandardCharsets.UTF_8))
        .hasLineCount(1)
        .endsWith("warn  io.netty.X: from below\n");
  }
}
