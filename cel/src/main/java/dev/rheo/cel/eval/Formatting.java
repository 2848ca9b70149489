package dev.rheo.cel.eval;

import dev.rheo.cel.library.FormatClauses;
import dev.rheo.cel.library.FormatClauses.FormatException;
import dev.rheo.cel.value.Bytes;
import dev.rheo.cel.value.CelNull;
import dev.rheo.cel.value.Timestamp;
import dev.rheo.cel.value.TypeValue;
import dev.rheo.cel.value.Uint;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What {@code string.format} writes: as Go's fmt, numbers with a point in groups of three. */
final class Formatting implements FormatClauses.Target {
  private static final int DIGITS = 6;

  /** More digits than any number has. */
  private static final int DIGITS_MAX = 1100;

  private final List<?> args;
  private final StringBuilder text = new StringBuilder();

  private Formatting(List<?> args) {
    this.args = args;
  }

  static String format(String format, List<?> args) throws EvaluationException {
    Formatting formatting = new Formatting(args);
    try {
      int ignored = FormatClauses.walk(format, formatting);
    } catch (FormatException e) {
      throw new EvaluationException(e.getMessage());
    }
    return formatting.text.toString();
  }

  @Override
  public int size() {
    return args.size();
  }

  @Override
  public void literal(char c) {
    text.append(c);
  }

  @Override
  public void clause(char verb, int precision, int argument) throws FormatException {
    Object value = args.get(argument);
    int digits = precision == FormatClauses.NO_PRECISION ? DIGITS : Math.min(precision, DIGITS_MAX);
    Texts.append(
        text,
        switch (verb) {
          case 'd' -> decimal(verb, value);
          case 'f' -> fixed(number(verb, value), digits);
          case 'e' -> scientific(number(verb, value), Math.max(precision, 0));
          case 'b' -> value instanceof Boolean bool ? (bool ? "1" : "0") : inBase(verb, value, 2);
          case 'o' -> inBase(verb, value, 8);
          case 'x' -> hex(verb, value);
          case 'X' -> hex(verb, value).toUpperCase(Locale.ROOT);
          default -> string(verb, value);
        });
  }

  private static FormatException mismatch(char verb, Object value) {
    return new FormatException(FormatClauses.mismatch(verb, Values.typeOf(value)));
  }

  private static String decimal(char verb, Object value) throws FormatException {
    if (value instanceof Long || value instanceof Uint) {
      return value.toString();
    }
    throw mismatch(verb, value);
  }

  private static String inBase(char verb, Object value, int base) throws FormatException {
    if (value instanceof Long number) {
      return Long.toString(number, base);
    }
    if (value instanceof Uint number) {
      return Long.toUnsignedString(number.bits(), base);
    }
    throw mismatch(verb, value);
  }

  private static String hex(char verb, Object value) throws FormatException {
    return switch (value) {
      case String string -> HexFormat.of().formatHex(string.getBytes(StandardCharsets.UTF_8));
      case Bytes bytes -> HexFormat.of().formatHex(bytes.array());
      default -> inBase(verb, value, 16);
    };
  }

  private static double number(char verb, Object value) throws FormatException {
    if (value instanceof Double number) {
      return number;
    }
    if (value instanceof String string) {
      switch (string) {
        case "NaN" -> {
          return Double.NaN;
        }
        case "Infinity" -> {
          return Double.POSITIVE_INFINITY;
        }
        case "-Infinity" -> {
          return Double.NEGATIVE_INFINITY;
        }
        default -> {}
      }
    }
    throw mismatch(verb, value);
  }

  private static String notFinite(double number) {
    return Double.isNaN(number) ? "NaN" : number > 0 ? "∞" : "-∞";
  }

  private static String fixed(double number, int digits) {
    if (Double.isNaN(number) || Double.isInfinite(number)) {
      return notFinite(number);
    }
    return String.format(
        Locale.US,
        "%,." + digits + "f",
        new BigDecimal(number).setScale(digits, RoundingMode.HALF_EVEN));
  }

  /**
   * @param width what upstream takes the precision for
   */
  private static String scientific(double number, int width) {
    String text = Double.isFinite(number) ? scientific(number) : notFinite(number);
    return " ".repeat(Math.max(Math.min(width, DIGITS_MAX) - text.length(), 0)) + text;
  }

  private static String scientific(double number) {
    String plain = String.format(Locale.US, "%." + DIGITS + "e", number);
    int e = plain.indexOf('e');
    return plain.substring(0, e) + "×10" + superscript(plain.substring(e + 1));
  }

  private static String superscript(String exponent) {
    StringBuilder raised = new StringBuilder();
    for (char c : exponent.toCharArray()) {
      if (c != '+') {
        raised.append(c == '-' ? '⁻' : "⁰¹²³⁴⁵⁶⁷⁸⁹".charAt(c - '0'));
      }
    }
    return raised.toString();
  }

  private static String string(char verb, Object value) throws FormatException {
    return switch (value) {
      case CelNull nothing -> "null";
      case List<?> list -> list(verb, list);
      case Map<?, ?> map -> map(verb, map);
      default -> {
        if (!isWritable(value)) {
          throw mismatch(verb, value);
        }
        try {
          yield (String) Conversions.toText(value);
        } catch (EvaluationException e) {
          throw new FormatException(e.getMessage());
        }
      }
    };
  }

  private static boolean isWritable(Object value) {
    return value instanceof String
        || value instanceof Boolean
        || value instanceof Bytes
        || Values.isNumber(value)
        || value instanceof TypeValue
        || value instanceof Duration
        || value instanceof Timestamp;
  }

  private static String list(char verb, List<?> list) throws FormatException {
    List<String> elements = new ArrayList<>();
    for (Object each : list) {
      elements.add(literal(verb, each));
    }
    return "[" + String.join(", ", elements) + "]";
  }

  private static String map(char verb, Map<?, ?> map) throws FormatException {
    List<String[]> entries = new ArrayList<>();
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      entries.add(new String[] {literal(verb, entry.getKey()), literal(verb, entry.getValue())});
    }
    entries.sort((a, b) -> a[0].compareTo(b[0]));
    StringBuilder shown = new StringBuilder("{");
    for (String[] entry : entries) {
      shown.append(shown.length() > 1 ? ", " : "").append(entry[0]).append(':').append(entry[1]);
    }
    return shown.append('}').toString();
  }

  /** A value as it is written in an expression. */
  private static String literal(char verb, Object value) throws FormatException {
    return switch (value) {
      case String string -> Texts.quote(string);
      case Bytes bytes -> "b" + Texts.quote(string(verb, bytes));
      case Double number ->
          Double.isNaN(number) || Double.isInfinite(number)
              ? "\"" + Conversions.doubleText(number) + "\""
              : new BigDecimal(number).setScale(DIGITS, RoundingMode.HALF_EVEN).toPlainString();
      case Timestamp time -> "timestamp(\"" + Conversions.timeText(time) + "\")";
      case Duration duration -> "duration(\"" + Conversions.durationText(duration) + "\")";
      default -> string(verb, value);
    };
  }
}
