package dev.rheo.server.metrics;

import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.DoubleSupplier;

/**
 * The process as the kernel and the virtual machine see it, under Prometheus' standard names. A
 * figure that the platform does not provide is 0.
 */
public final class ProcessMetrics {

  private static final Path STATUS = Path.of("/proc/self/status");

  private ProcessMetrics() {}

  public static void register(PrometheusRegistry registry) {
    gauge(
        registry,
        "process_resident_memory_bytes",
        "Resident memory of the process.",
        ProcessMetrics::residentBytes);
    gauge(
        registry,
        "process_resident_memory_max_bytes",
        "Highest resident memory of the process.",
        () -> status("VmHWM:"));
    gauge(
        registry,
        "process_virtual_memory_bytes",
        "Virtual memory of the process.",
        () -> status("VmSize:"));
    gauge(
        registry,
        "process_start_time_seconds",
        "When the process started, in seconds since 1970.",
        () -> ManagementFactory.getRuntimeMXBean().getStartTime() / 1000.0);
    gauge(registry, "process_open_fds", "Open file descriptors.", ProcessMetrics::openFiles);
    CounterWithCallback.builder()
        .name("process_cpu_seconds_total")
        .help("Processor time that the process used.")
        .callback(c -> c.call(cpuSeconds()))
        .register(registry);
    gauge(
        registry,
        "jvm_memory_used_bytes",
        "Used heap.",
        () -> {
          Runtime runtime = Runtime.getRuntime();
          return runtime.totalMemory() - runtime.freeMemory();
        });
    gauge(
        registry,
        "jvm_memory_committed_bytes",
        "Committed heap.",
        () -> Runtime.getRuntime().totalMemory());
  }

  public static void gauge(
      PrometheusRegistry registry, String name, String help, DoubleSupplier value) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .callback(c -> c.call(value.getAsDouble()))
        .register(registry);
  }

  /** The resident memory in bytes, 0 where the platform does not provide it. */
  public static double residentBytes() {
    return status("VmRSS:");
  }

  private static double status(String field) {
    try {
      for (String line : Files.readAllLines(STATUS)) {
        if (line.startsWith(field)) {
          return Double.parseDouble(line.replaceAll("[^0-9]", "")) * 1024;
        }
      }
    } catch (IOException e) {
      // No /proc here.
    }
    return 0;
  }

  private static double cpuSeconds() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean os
        ? os.getProcessCpuTime() / 1e9
        : 0;
  }

  private static double openFiles() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.UnixOperatingSystemMXBean os
        ? os.getOpenFileDescriptorCount()
        : 0;
  }
}
