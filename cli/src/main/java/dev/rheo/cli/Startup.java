package dev.rheo.cli;

import java.time.Duration;
import java.time.Instant;

/**
 * The start of the process, from which the ready line counts its time.
 *
 * @param mainNanos {@link System#nanoTime} when {@code main} began
 */
record Startup(long mainNanos) {

  /**
   * The time since the launcher was started, since the launcher's process becomes the JVM; the time
   * since {@code main} began if the launcher built Rheo first.
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
