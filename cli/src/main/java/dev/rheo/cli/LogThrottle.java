package dev.rheo.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.logging.LogRecord;

/**
 * Limits the rate of the log, so that clients cannot choose it. In each window of a minute, the
 * first record of a kind is written whole, further ones up to {@value #LINES_A_KIND} as one line
 * each, and the rest are counted. The first record of the kind after the window tells that count.
 * All kinds together are limited to {@value #LINES} records a window.
 *
 * <p>The kind is the source of a record: its logger, its level, and the class and origin of its
 * exception; without an exception, its message before parameters are filled in. Netty fills in the
 * parameters itself, so its messages are not part of the kind. Thread-safe.
 */
final class LogThrottle {

  static final int LINES_A_KIND = 5;
  static final int LINES = 100;
  private static final int KINDS = 200;
  private static final long WINDOW_NANOS = 60_000_000_000L;
  private static final String LIBRARY = "io.netty.";

  private static final class Window {
    private final long since;
    private int seen;

    Window(long since) {
      this.since = since;
    }
  }

  private final LongSupplier nanos;

  private final Map<List<Object>, Window> kinds =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<List<Object>, Window> eldest) {
          return size() > KINDS;
        }
      };

  private Window all;

  /**
   * @param nanos a clock like {@link System#nanoTime()}
   */
  LogThrottle(LongSupplier nanos) {
    this.nanos = nanos;
    this.all = new Window(nanos.getAsLong());
  }

  /** Whether to write the record. The record may be shortened. */
  synchronized boolean admits(LogRecord record) {
    long now = nanos.getAsLong();
    int leftOutOfAll = 0;
    if (now - all.since >= WINDOW_NANOS) {
      leftOutOfAll = Math.max(0, all.seen - LINES);
      all = new Window(now);
    }
    List<Object> kind = kind(record);
    Window window = kinds.get(kind);
    int leftOut = 0;
    if (window == null || now - window.since >= WINDOW_NANOS) {
      leftOut = window == null ? 0 : Math.max(0, window.seen - LINES_A_KIND);
      window = new Window(now);
      kinds.remove(kind);
      kinds.put(kind, window);
    }
    window.seen++;
    if (window.seen > LINES_A_KIND || ++all.seen > LINES) {
      return false;
    }
    if (window.seen > 1 && record.getThrown() != null) {
      append(record, " (" + record.getThrown() + ")");
      record.setThrown(null);
    }
    if (leftOut > 0) {
      append(record, " (and " + leftOut + " of the kind before, not shown)");
    }
    if (leftOutOfAll > 0) {
      append(record, " (and " + leftOutOfAll + " of other kinds before, not shown)");
    }
    return true;
  }

  private static List<Object> kind(LogRecord record) {
    String logger = String.valueOf(record.getLoggerName());
    Throwable thrown = record.getThrown();
    if (thrown != null) {
      StackTraceElement[] trace = thrown.getStackTrace();
      Object origin = trace.length == 0 ? "" : trace[0];
      return List.of(logger, record.getLevel(), thrown.getClass(), origin);
    }
    String message = logger.startsWith(LIBRARY) ? "" : String.valueOf(record.getMessage());
    return List.of(logger, record.getLevel(), message);
  }

  private static void append(LogRecord record, String what) {
    Object[] parameters = record.getParameters();
    boolean isPattern = parameters != null && parameters.length > 0;
    String text = isPattern ? what.replace("'", "''").replace("{", "'{'") : what;
    record.setMessage(record.getMessage() + text);
  }
}
