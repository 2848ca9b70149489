package dev.rheo.cli;

import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.logging.Formatter;
import java.util.logging.LogRecord;

/** {@code 2026-05-04T10:11:12.345Z info dev.rheo.app.Server: message}, then the stack trace. */
final class TextLogFormatter extends Formatter {
  static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSX", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  @Override
  public String format(LogRecord record) {
    StringBuilder line = new StringBuilder(160);
    TIME.formatTo(record.getInstant(), line);
    String level = LogRecords.level(record);
    line.append(' ').append(level).append(" ".repeat(6 - level.length()));
    line.append(record.getLoggerName()).append(": ");
    appendVisible(line, String.valueOf(formatMessage(record)));
    line.append('\n');
    String trace = LogRecords.stackTrace(record);
    return trace == null ? line.toString() : line.append(trace).toString();
  }

  /** A message may quote a client, which must not be able to forge a line of the log. */
  private static void appendVisible(StringBuilder line, String message) {
    for (int i = 0; i < message.length(); i++) {
      char c = message.charAt(i);
      if (c == '\n') {
        line.append("\\n");
      } else if (Character.isISOControl(c)) {
        line.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        line.append(c);
      }
    }
  }
}
