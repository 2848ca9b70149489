package dev.rheo.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.logging.Formatter;
import java.util.logging.LogRecord;

/**
 * One JSON object per line: {@code ts}, {@code level}, {@code logger}, {@code msg}, {@code error}.
 */
final class JsonLogFormatter extends Formatter {
  private final JsonFactory json = new JsonFactory();

  @Override
  public String format(LogRecord record) {
    StringWriter line = new StringWriter(256);
    try (JsonGenerator out = json.createGenerator(line)) {
      out.writeStartObject();
      out.writeStringField("ts", TextLogFormatter.TIME.format(record.getInstant()));
      out.writeStringField("level", LogRecords.level(record));
      out.writeStringField("logger", record.getLoggerName());
      out.writeStringField("msg", formatMessage(record));
      String trace = LogRecords.stackTrace(record);
      if (trace != null) {
        out.writeStringField("error", trace);
      }
      out.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return line.append('\n').toString();
  }
}
