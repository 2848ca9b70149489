package dev.rheo.storm.view;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Size of a terminal in characters. */
record TerminalSize(int rows, int columns) {

  static final TerminalSize DEFAULT = new TerminalSize(24, 80);

  /**
   * Returns the size of this process's terminal, else {@code LINES} and {@code COLUMNS} of the
   * environment, else the default.
   */
  static TerminalSize detect(Map<String, String> environment) {
    TerminalSize size = parse(stty());
    if (size.rows > 0 && size.columns > 0) {
      return size;
    }
    size =
        parse(
            environment.getOrDefault("LINES", "24")
                + " "
                + environment.getOrDefault("COLUMNS", "80"));
    return size.rows > 0 && size.columns > 0 ? size : DEFAULT;
  }

  /** Parses {@code rows columns}; returns zeros for anything else. */
  static TerminalSize parse(String text) {
    String[] parts = text.strip().split(" ", -1);
    try {
      return parts.length == 2
          ? new TerminalSize(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]))
          : new TerminalSize(0, 0);
    } catch (NumberFormatException e) {
      return new TerminalSize(0, 0);
    }
  }

  private static String stty() {
    File terminal = new File("/dev/tty");
    if (!terminal.canRead()) {
      return "";
    }
    try {
      Process process =
          new ProcessBuilder("stty", "size")
              .redirectInput(terminal)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!process.waitFor(1, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return "";
      }
      return new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }
}
