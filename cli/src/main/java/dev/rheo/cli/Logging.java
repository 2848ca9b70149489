package dev.rheo.cli;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * Sends every log record, ours by {@code System.Logger} and Netty's alike, to one stream in one
 * form.
 */
final class Logging {
  private Logging() {}

  static void install(LogFormat format, PrintStream out) {
    LogManager.getLogManager().reset();
    Logger root = Logger.getLogger("");
    root.addHandler(
        new LineHandler(
            switch (format) {
              case TEXT -> new TextLogFormatter();
              case JSON -> new JsonLogFormatter();
            },
            out));
    root.setLevel(Level.INFO);
  }

  /** Writes each record as one write, so that lines of threads do not mix. */
  private static final class LineHandler extends Handler {
    private final PrintStream out;

    LineHandler(Formatter formatter, PrintStream out) {
      this.out = out;
      setFormatter(formatter);
    }

    @Override
    public void publish(LogRecord record) {
      if (isLoggable(record)) {
        byte[] line = getFormatter().format(record).getBytes(StandardCharsets.UTF_8);
        out.write(line, 0, line.length);
        out.flush();
      }
    }

    @Override
    public void flush() {
      out.flush();
    }

    @Override
    public void close() {}
  }
}
