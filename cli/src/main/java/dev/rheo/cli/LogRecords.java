package dev.rheo.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.jspecify.annotations.Nullable;

/** What both log formatters need of a record. */
final class LogRecords {
  private LogRecords() {}

  /** The level in the terms of {@code System.Logger}, which is what the code logs with. */
  static String level(LogRecord record) {
    int level = record.getLevel().intValue();
    if (level >= Level.SEVERE.intValue()) {
      return "error";
    }
    if (level >= Level.WARNING.intValue()) {
      return "warn";
    }
    if (level >= Level.INFO.intValue()) {
      return "info";
    }
    return level >= Level.FINE.intValue() ? "debug" : "trace";
  }

  static @Nullable String stackTrace(LogRecord record) {
    Throwable thrown = record.getThrown();
    if (thrown == null) {
      return null;
    }
    StringWriter trace = new StringWriter();
    thrown.printStackTrace(new PrintWriter(trace));
    return trace.toString();
  }
}
