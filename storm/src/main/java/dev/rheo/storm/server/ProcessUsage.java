package dev.rheo.storm.server;

import dev.rheo.storm.result.Memory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Usage of a process on this machine, from Linux's {@code /proc} (proc(5)). */
public final class ProcessUsage implements UsageSource {
  private static final Pattern KIB = Pattern.compile("(?m)^(VmRSS|VmHWM):\\s+(\\d+) kB$");

  /** USER_HZ, clock ticks per second: 100 on every Linux architecture that Java runs on. */
  private static final double TICKS = 100;

  /**
   * Zero-based index of utime among the fields after the command's closing parenthesis: it is field
   * 14 of stat, the 12th after that parenthesis. stime follows it.
   */
  private static final int UTIME = 11;

  private final Path folder;

  private ProcessUsage(Path folder) {
    this.folder = folder;
  }

  public static ProcessUsage of(long pid) {
    return new ProcessUsage(Path.of("/proc", Long.toString(pid)));
  }

  /** Returns the usage of this JVM's own process. */
  public static ProcessUsage self() {
    return new ProcessUsage(Path.of("/proc/self"));
  }

  @Override
  public Memory.Source source() {
    return Memory.Source.PID;
  }

  @Override
  public @Nullable Usage read() {
    try {
      long memory = kib("VmRSS");
      String stat = Files.readString(folder.resolve("stat"), StandardCharsets.ISO_8859_1);
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      double ticks = Double.parseDouble(fields[UTIME]) + Double.parseDouble(fields[UTIME + 1]);
      return memory < 0 ? null : new Usage(memory, ticks / TICKS);
    } catch (IOException | RuntimeException e) {
      return null;
    }
  }

  /** Returns the peak resident size so far in bytes, or -1 if unknown. */
  public long peak() {
    try {
      return kib("VmHWM");
    } catch (IOException e) {
      return -1;
    }
  }

  private long kib(String name) throws IOException {
    String status = Files.readString(folder.resolve("status"), StandardCharsets.ISO_8859_1);
    Matcher lines = KIB.matcher(status);
    while (lines.find()) {
      if (lines.group(1).equals(name)) {
        return Long.parseLong(lines.group(2)) << 10;
      }
    }
    return -1;
  }
}
