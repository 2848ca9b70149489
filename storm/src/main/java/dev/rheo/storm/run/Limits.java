package dev.rheo.storm.run;

import dev.rheo.storm.result.StormSettings;
import dev.rheo.storm.server.Usage;
import dev.rheo.storm.server.UsageSource;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Reasons to end a storm early. */
public final class Limits {
  private Limits() {}

  /** Returns why to stop now, in words, or null. */
  public static @Nullable String reasonToStop(
      StormSettings settings, UsageSource usage, BooleanSupplier stop) {
    if (stop.getAsBoolean()) {
      return "stopped by a signal";
    }
    Usage now = usage.latest();
    long limit = settings.maxServerMemory();
    return limit > 0 && now != null && now.memory() >= limit
        ? "the server's memory reached %d MiB, the limit is %d MiB (--max-server-memory)"
            .formatted(now.memory() >> 20, limit >> 20)
        : null;
  }
}
