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
 * Writes all log records, Rheo's from {@code System.Logger} and Netty's alike, to one stream in one
 * format.
 */
final class Logging {
  /**
   * A strong reference: the log manager holds loggers weakly, and their levels are lost with them.
   */
  private static final Logger NETTY = Logger.getLogger("io.netty");

  private static final Logger GRPC = Logger.getLogger("io.grpc");

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
    // At INFO Netty logs what peers do, and each frame that arrives after its reader is done.
    NETTY.setLevel(Level.WARNING);
    // Whoever calls is told the same, and says it in a line.
    GRPC.setLevel(Level.SEVERE);
  }

  /** Writes each record in one call, so that lines of different threads do not mix. */
  private static final class LineHandler extends Handler {
    private final PrintStream out;
    private final LogThrottle throttle = new LogThrottle(System::nanoTime);

    LineHandler(Formatter formatter, PrintStream out) {
      this.out = out;
      setFormatter(formatter);
    }

    @Override
    public void publish(LogRecord record) {
      try {
        if (isLoggable(record) && throttle.admits(record)) {
          byte[] line = getFormatter().format(record).getBytes(StandardCharsets.UTF_8);
          out.write(line, 0, line.length);
          out.flush();
        }
      } catch (RuntimeException | Error e) {
        // Nobody who logs expects that: some threads of the server would end.
        out.println("a record of the log could not be written: " + e);
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
