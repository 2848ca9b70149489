package dev.rheo.resource.table;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.api.status.GoNumbers;
import dev.rheo.codec.json.Canonicalizer;
import dev.rheo.codec.value.Times;
import dev.rheo.resource.table.path.JsonPath;
import dev.rheo.resource.table.path.PathValue;
import java.nio.charset.StandardCharsets;

/** Cells of custom types: the first value that a path finds, by the type of the column. */
final class CustomCell {
  private static final int SECONDS_LENGTH = "2006-01-02T15:04:05".length();

  /** Writes a value that is there. */
  @FunctionalInterface
  private interface Form {
    void write(Object value, CellWriter out);
  }

  private CustomCell() {}

  /**
   * The cell of a column.
   *
   * @param type {@code string}, {@code integer}, {@code number}, {@code boolean} or {@code date};
   *     cells of other types are empty
   */
  static Cell of(JsonPath path, String type) {
    Form form =
        switch (type) {
          case "string" -> (value, out) -> out.text(text(value));
          case "integer" -> CustomCell::integer;
          case "number" -> CustomCell::number;
          case "boolean" -> CustomCell::flag;
          case "date" -> CustomCell::date;
          default -> (value, out) -> out.nothing();
        };
    return (object, out) -> {
      PathValue value = path.first(object);
      if (value == null) {
        out.nothing();
      } else {
        form.write(value.of(), out);
      }
    };
  }

  private static void integer(Object value, CellWriter out) {
    if (value instanceof JsonNode node && node.isNumber()) {
      out.number(isInteger(node) ? node.longValue() : truncated(node.doubleValue()));
    } else {
      out.nothing();
    }
  }

  /** As Go on amd64 makes an integer of what is too large for it. */
  private static long truncated(double value) {
    return value >= -0x1p63 && value < 0x1p63 ? (long) value : Long.MIN_VALUE;
  }

  private static void number(Object value, CellWriter out) {
    if (value instanceof JsonNode node && node.isNumber()) {
      out.number(node.doubleValue());
    } else {
      out.nothing();
    }
  }

  private static void flag(Object value, CellWriter out) {
    if (value instanceof JsonNode node && node.isBoolean()) {
      out.flag(node.booleanValue());
    } else {
      out.nothing();
    }
  }

  private static void date(Object value, CellWriter out) {
    if (!(value instanceof JsonNode node) || !node.isTextual()) {
      out.nothing();
      return;
    }
    String text = node.textValue();
    if (text.isEmpty() || text.equals("null")) {
      out.text(CellWriter.UNKNOWN);
      return;
    }
    Times.Instant instant;
    try {
      instant = Times.parse(text, false);
    } catch (IllegalArgumentException e) {
      out.text(CellWriter.INVALID);
      return;
    }
    out.since(instant.isZero() ? Instants.NONE : instant.seconds() * 1000 + millis(text));
  }

  /** The milliseconds of the second of a valid time. */
  private static int millis(String time) {
    if (".,".indexOf(time.charAt(SECONDS_LENGTH)) < 0) {
      return 0;
    }
    int millis = 0;
    int unit = 100;
    for (int i = SECONDS_LENGTH + 1; unit > 0 && Character.isDigit(time.charAt(i)); i++) {
      millis += (time.charAt(i) - '0') * unit;
      unit /= 10;
    }
    return millis;
  }

  /** Whether upstream decodes the number to an integer. */
  private static boolean isInteger(JsonNode number) {
    return number.isIntegralNumber() && number.canConvertToLong();
  }

  private static String text(Object value) {
    return switch (value) {
      case JsonNode node when node.isTextual() -> node.textValue();
      case JsonNode node when node.isContainerNode() ->
          new String(Canonicalizer.encodeValue(node), StandardCharsets.UTF_8);
      case JsonNode node when node.isNull() -> "<no value>";
      case JsonNode node when node.isNumber() && !isInteger(node) ->
          GoNumbers.general(node.doubleValue());
      case Byte part -> Integer.toString(Byte.toUnsignedInt(part));
      default -> value.toString();
    };
  }
}
