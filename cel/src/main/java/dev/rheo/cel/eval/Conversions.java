package dev.rheo.cel.eval;

import dev.rheo.cel.value.Address;
import dev.rheo.cel.value.AddressRange;
import dev.rheo.cel.value.Bytes;
import dev.rheo.cel.value.Rfc3339;
import dev.rheo.cel.value.Timestamp;
import dev.rheo.cel.value.TypeValue;
import dev.rheo.cel.value.Uint;
import dev.rheo.codec.value.GoDuration;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** The functions that make a value of one type of one of another. */
final class Conversions {
  /** Calls of them with a constant are constants. */
  static final Set<String> NAMES =
      Set.of(
          "bool",
          "bytes",
          "double",
          "duration",
          "dyn",
          "int",
          "string",
          "timestamp",
          "type",
          "uint");

  /** Java's parser takes blanks and suffixes, too. */
  private static final Pattern JUST_A_NUMBER = Pattern.compile("[+-]?[0-9.xXa-fA-FpPeE+-]+|NaN");

  /** Digits before the point from which on a number is written with an exponent. */
  private static final int PLAIN_DIGITS = 6;

  private static final DateTimeFormatter SECONDS =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss", Locale.ROOT);
  private static final int SECONDS_PER_MINUTE = 60;
  private static final int MINUTES_PER_HOUR = 60;
  private static final double TWO_TO_63 = 0x1p63;
  private static final double TWO_TO_64 = 0x1p64;

  private Conversions() {}

  static void register(Map<String, Implementation> functions) {
    functions.put("bool", args -> toBool(args[0]));
    functions.put("bytes", args -> toBytes(args[0]));
    functions.put("double", args -> toDouble(args[0]));
    functions.put("duration", args -> toDuration(args[0]));
    functions.put("dyn", args -> args[0]);
    functions.put("int", args -> toInt(args[0]));
    functions.put("string", args -> toText(args[0]));
    functions.put("timestamp", args -> toTimestamp(args[0]));
    functions.put("type", args -> new TypeValue(Values.typeOf(args[0])));
    functions.put("uint", args -> toUint(args[0]));
  }

  private static EvaluationException fault(Object value, String type) {
    return new EvaluationException(
        "type conversion error from '" + Values.typeOf(value) + "' to '" + type + "'");
  }

  private static Object toBool(Object value) throws EvaluationException {
    return switch (value) {
      case Boolean bool -> bool;
      case String text ->
          switch (text) {
            case "1", "t", "T", "true", "TRUE", "True" -> true;
            case "0", "f", "F", "false", "FALSE", "False" -> false;
            default -> throw fault(value, "bool");
          };
      default -> throw Implementation.noOverload();
    };
  }

  private static Object toBytes(Object value) throws EvaluationException {
    return switch (value) {
      case Bytes bytes -> bytes;
      case String text -> new Bytes(text.getBytes(StandardCharsets.UTF_8));
      default -> throw Implementation.noOverload();
    };
  }

  static Object toDouble(Object value) throws EvaluationException {
    return switch (value) {
      case Double number -> number;
      case Long number -> (double) number;
      case Uint number -> number.toDouble();
      case String text -> {
        try {
          yield switch (text) {
            case "Infinity", "+Infinity", "Inf", "+Inf" -> Double.POSITIVE_INFINITY;
            case "-Infinity", "-Inf" -> Double.NEGATIVE_INFINITY;
            default -> {
              double number = Double.parseDouble(text);
              if (Double.isInfinite(number) || !JUST_A_NUMBER.matcher(text).matches()) {
                throw fault(value, "double");
              }
              yield number;
            }
          };
        } catch (NumberFormatException e) {
          throw fault(value, "double");
        }
      }
      default -> throw Implementation.noOverload();
    };
  }

  private static Object toInt(Object value) throws EvaluationException {
    return switch (value) {
      case Long number -> number;
      case Uint number -> {
        if (!number.isSigned()) {
          throw new EvaluationException("integer overflow");
        }
        yield number.bits();
      }
      case Double number -> {
        if (!(number > -TWO_TO_63 && number < TWO_TO_63)) {
          throw new EvaluationException("integer overflow");
        }
        yield (long) (double) number;
      }
      case String text -> {
        try {
          yield Long.parseLong(text);
        } catch (NumberFormatException e) {
          throw fault(value, "int");
        }
      }
      case Timestamp time -> time.time().getEpochSecond();
      case Duration duration -> duration.toNanos();
      default -> throw Implementation.noOverload();
    };
  }

  private static Object toUint(Object value) throws EvaluationException {
    return switch (value) {
      case Uint number -> number;
      case Long number -> {
        if (number < 0) {
          throw new EvaluationException("unsigned integer overflow");
        }
        yield new Uint(number);
      }
      case Double number -> {
        if (!(number >= 0 && number < TWO_TO_64)) {
          throw new EvaluationException("unsigned integer overflow");
        }
        yield new Uint(new BigDecimal(number).toBigInteger().longValue());
      }
      case String text -> {
        try {
          yield new Uint(Long.parseUnsignedLong(text));
        } catch (NumberFormatException e) {
          throw fault(value, "uint");
        }
      }
      default -> throw Implementation.noOverload();
    };
  }

  private static Object toDuration(Object value) throws EvaluationException {
    return switch (value) {
      case Duration duration -> duration;
      case Long nanos -> Duration.ofNanos(nanos);
      case String text -> {
        Duration duration = GoDuration.parse(text);
        if (duration == null) {
          throw fault(value, "google.protobuf.Duration");
        }
        yield duration;
      }
      default -> throw Implementation.noOverload();
    };
  }

  private static Object toTimestamp(Object value) throws EvaluationException {
    return switch (value) {
      case Timestamp time -> time;
      case Long seconds -> {
        if (!Rfc3339.isInRange(seconds)) {
          throw new EvaluationException("timestamp overflow");
        }
        yield Timestamp.of(Instant.ofEpochSecond(seconds));
      }
      case String text -> {
        Timestamp time = Rfc3339.parse(text);
        if (time == null) {
          throw fault(value, "google.protobuf.Timestamp");
        }
        yield time;
      }
      default -> throw Implementation.noOverload();
    };
  }

  static Object toText(Object value) throws EvaluationException {
    return switch (value) {
      case String text -> text;
      case Boolean bool -> bool.toString();
      case Long number -> number.toString();
      case Uint number -> number.toString();
      case Double number -> doubleText(number);
      case Bytes bytes -> {
        try {
          yield StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(bytes.array()))
              .toString();
        } catch (CharacterCodingException e) {
          throw new EvaluationException("invalid UTF-8 in bytes, cannot convert to string");
        }
      }
      case Timestamp time -> timeText(time);
      case Duration duration -> durationText(duration);
      case TypeValue type -> type.name();
      case Address address -> address.toString();
      case AddressRange range -> range.toString();
      default -> throw Implementation.noOverload();
    };
  }

  /** As Go's {@code %g}. */
  static String doubleText(double number) {
    if (Double.isInfinite(number)) {
      return number > 0 ? "+Inf" : "-Inf";
    }
    if (Double.isNaN(number)) {
      return "NaN";
    }
    BigDecimal decimal = new BigDecimal(Double.toString(number)).stripTrailingZeros();
    int exponent = decimal.precision() - decimal.scale() - 1;
    if (number == 0) {
      return 1 / number < 0 ? "-0" : "0";
    }
    if (exponent >= -4 && exponent < PLAIN_DIGITS) {
      return decimal.toPlainString();
    }
    String digits = decimal.unscaledValue().abs().toString();
    return (number < 0 ? "-" : "")
        + digits.charAt(0)
        + (digits.length() > 1 ? "." + digits.substring(1) : "")
        + (exponent < 0 ? "e-" : "e+")
        + (Math.abs(exponent) < 10 ? "0" : "")
        + Math.abs(exponent);
  }

  static String timeText(Timestamp time) {
    int offset = time.offset();
    int nanos = time.time().getNano();
    LocalDateTime local =
        LocalDateTime.ofEpochSecond(time.time().getEpochSecond() + offset, nanos, ZoneOffset.UTC);
    int minutes = Math.abs(offset) / SECONDS_PER_MINUTE;
    return SECONDS.format(local)
        + fraction(nanos)
        + (offset == 0
            ? "Z"
            : String.format(
                Locale.ROOT,
                "%s%02d:%02d",
                offset < 0 ? "-" : "+",
                minutes / MINUTES_PER_HOUR,
                minutes % MINUTES_PER_HOUR));
  }

  /** Seconds, as protobuf writes them. */
  static String durationText(Duration duration) {
    boolean negative = duration.isNegative();
    Duration positive = duration.abs();
    return (negative ? "-" : "") + positive.getSeconds() + fraction(positive.getNano()) + "s";
  }

  private static String fraction(int nanos) {
    return nanos == 0 ? "" : ("." + String.format("%09d", nanos)).replaceFirst("0+$", "");
  }
}
