package dev.rheo.storm.server;

import dev.rheo.storm.net.Answer;
import dev.rheo.storm.net.Calls;
import dev.rheo.storm.result.Memory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Polls the server's own {@code /metrics} in the background: 250 ms after each response of at most
 * 200 kB, else after one second (kube-apiserver's response has megabytes).
 */
public final class MetricsUsage implements UsageSource {
  private static final String MEMORY = "process_resident_memory_bytes ";
  private static final String CPU = "process_cpu_seconds_total ";
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final int LARGE = 200_000;
  private static final long OFTEN_MILLIS = 250;
  private static final long SELDOM_MILLIS = 1000;
  private static final long FRESH_NANOS = 2_000_000_000L;

  private final Calls calls;
  private final Thread thread;
  private volatile @Nullable Usage last;
  private volatile long lastNanos;

  private MetricsUsage(Calls calls) {
    this.calls = calls;
    this.thread = Thread.ofVirtual().name("storm-metrics").unstarted(this::poll);
  }

  /**
   * Starts polling; returns null if the server refuses {@code /metrics} or does not report its
   * memory there.
   */
  public static @Nullable MetricsUsage start(Calls calls) throws IOException, InterruptedException {
    MetricsUsage source = new MetricsUsage(calls);
    if (source.ask() < 0 || source.last == null) {
      return null;
    }
    source.thread.start();
    return source;
  }

  @Override
  public Memory.Source source() {
    return Memory.Source.METRICS;
  }

  @Override
  public @Nullable Usage read() {
    return System.nanoTime() - lastNanos < FRESH_NANOS ? last : null;
  }

  @Override
  public @Nullable Usage latest() {
    return last;
  }

  @Override
  public @Nullable Usage readNow() throws InterruptedException {
    try {
      ask();
    } catch (IOException e) {
      // Fall back to the last reading, unless it is too old.
    }
    return read();
  }

  @Override
  public void close() {
    thread.interrupt();
  }

  private void poll() {
    try {
      long pause = OFTEN_MILLIS;
      while (true) {
        Thread.sleep(pause);
        try {
          pause = ask() > LARGE ? SELDOM_MILLIS : OFTEN_MILLIS;
        } catch (IOException e) {
          // Retried after the pause.
          pause = SELDOM_MILLIS;
        }
      }
    } catch (InterruptedException e) {
      // Closed.
    }
  }

  /** Returns the size of the response's body, or -1 if the request is refused. */
  private int ask() throws IOException, InterruptedException {
    Answer answer = calls.get("/metrics", TIMEOUT);
    if (!answer.ok()) {
      return -1;
    }
    Usage usage = parse(answer.body());
    if (usage != null) {
      last = usage;
      // Time of arrival: the values may be older, but they are the newest there are.
      lastNanos = System.nanoTime();
    }
    return answer.body().length;
  }

  static @Nullable Usage parse(byte[] text) {
    String lines = new String(text, StandardCharsets.ISO_8859_1);
    double memory = value(lines, MEMORY);
    double cpu = value(lines, CPU);
    return memory < 0 ? null : new Usage((long) memory, Math.max(cpu, 0));
  }

  private static double value(String lines, String name) {
    int at = lines.startsWith(name) ? 0 : lines.indexOf("\n" + name) + 1;
    if (at == 0 && !lines.startsWith(name)) {
      return -1;
    }
    int from = at + name.length();
    int to = lines.indexOf('\n', from);
    String text = lines.substring(from, to < 0 ? lines.length() : to).strip();
    try {
      return Double.parseDouble(text.split(" ")[0]);
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}
