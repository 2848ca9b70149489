package dev.rheo.storm.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class UsageTest {

  private static Usage parse(String text) {
    return MetricsUsage.parse(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void metricsAsServersWriteThem() {
    Usage usage =
        parse(
            """
            # HELP process_resident_memory_bytes Resident memory size in bytes.
            # TYPE process_resident_memory_bytes gauge
            process_resident_memory_bytes 3.42016e+08
            process_resident_memory_bytes_other 5
            # TYPE process_cpu_seconds_total counter
            process_cpu_seconds_total 12.75
            """);
    assertThat(usage).isEqualTo(new Usage(342_016_000, 12.75));
    assertThat(parse("process_resident_memory_bytes 7")).isEqualTo(new Usage(7, 0));
    assertThat(parse("process_resident_memory_bytes much\n")).isNull();
    assertThat(parse("x_process_resident_memory_bytes 7\n")).isNull();
    assertThat(parse("")).isNull();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aProcessOfThisMachine() {
    Usage usage = ProcessUsage.of(ProcessHandle.current().pid()).read();
    assertThat(usage).isNotNull();
    assertThat(usage.memory()).isGreaterThan(10 << 20);
    assertThat(usage.cpuSeconds()).isPositive();
    assertThat(ProcessUsage.self().peak()).isGreaterThanOrEqualTo(usage.memory() / 2);
  }

  @Test
  void aProcessThatIsNotThere() {
    assertThat(ProcessUsage.of(Integer.MAX_VALUE).read()).isNull();
  }
}
