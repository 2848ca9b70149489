package dev.rheo.cli;

import java.time.Duration;
import java.time.Instant;

/**
 * When the process began, for the time that the ready line tells.
 *
 * @param mainNanos {@link System#nanoTime} when {@code main} began
 */
record Startup(long mainNanos) {

  /**
   * The time since the process began: since the launcher was started, whose process the JVM has
   * become, or since {@code main} if the launcher built Rheo first.
   */
  Duration elapsed() {
    Duration sinceMain = Duration.ofNanos(System.nanoTime() - mainNanos);
    if (Boolean.getBoolean("rheo.built")) {
      return sinceMain;
    }
    return ProcessHandle.current()
        .info()
        .startInstant()
        .map(start -> Duration.between(start, Instant.now()))
        .filter(elapsed -> elapsed.compareTo(sinceMain) > 0)
        .orElse(sinceMain);
  }
}
