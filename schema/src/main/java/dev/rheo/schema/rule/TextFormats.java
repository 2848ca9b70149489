package dev.rheo.schema.rule;

import dev.rheo.cel.eval.EvaluationException;
import dev.rheo.cel.value.Bytes;
import dev.rheo.codec.value.GoDuration;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Texts whose format says that expressions see something else: durations, times, bytes. See {@code
 * k8s.io/kube-openapi/pkg/validation/strfmt}.
 */
final class TextFormats {
  private static final Pattern PART = Pattern.compile("(\\d+)\\s*([A-Za-zµ]+)");
  private static final String[][] UNITS = {
    {"ns", "nano"},
    {"us", "µs", "micro"},
    {"ms", "milli"},
    {"s", "sec"},
    {"m", "min"},
    {"h", "hr", "hour"},
    {"d", "day"},
    {"w", "wk", "week"}
  };
  private static final long[] NANOS = {
    1L,
    1_000L,
    1_000_000L,
    1_000_000_000L,
    60_000_000_000L,
    3_600_000_000_000L,
    86_400_000_000_000L,
    604_800_000_000_000L
  };
  private static final int NOT_IN_ALPHABET = -1;

  private TextFormats() {}

  /** The value of a text; an {@link EvaluationException} if the text has not the format. */
  static Object value(String text, String format) {
    return switch (format) {
      case "duration" -> duration(text);
      case "date" -> GoTimes.date(text);
      case "date-time" -> GoTimes.dateTime(text);
      case "byte" -> bytes(text);
      default -> text;
    };
  }

  // durations, as those of Go or in words: "1 day 2 hours"

  private static Object duration(String text) {
    Duration ofGo = GoDuration.parse(text);
    if (ofGo != null) {
      return ofGo;
    }
    long nanos = 0;
    boolean any = false;
    Matcher parts = PART.matcher(text);
    while (parts.find()) {
      long count;
      try {
        count = Long.parseLong(parts.group(1));
      } catch (NumberFormatException e) {
        return new EvaluationException(
            "Invalid duration "
                + text
                + ": strconv.Atoi: parsing \""
                + parts.group(1)
                + "\": value out of range");
      }
      String unit = parts.group(2).toLowerCase(Locale.ROOT);
      for (int i = 0; i < UNITS.length; i++) {
        int matches = matches(UNITS[i], unit);
        any |= matches > 0;
        nanos += matches * count * NANOS[i];
      }
    }
    return any
        ? Duration.ofNanos(nanos)
        : new EvaluationException(
            "Invalid duration " + text + ": unable to parse " + text + " as duration");
  }

  /** How many spellings of a unit fit, of which upstream adds up each. */
  private static int matches(String[] spellings, String unit) {
    int matches = 0;
    for (int i = 0; i < spellings.length; i++) {
      boolean last = i == spellings.length - 1;
      if (unit.equals(spellings[i]) || (last && unit.startsWith(spellings[i]))) {
        matches++;
      }
    }
    return matches;
  }

  // bytes, in the alphabet of URLs

  private static Object bytes(String text) {
    byte[] out = new byte[text.length() / 4 * 3 + 3];
    int length = 0;
    int quantum = 0;
    int digits = 0;
    int i = 0;
    while (i < text.length()) {
      char c = text.charAt(i);
      if (c == '\n' || c == '\r') {
        i++;
        continue;
      }
      int digit = digit(c);
      if (digit == NOT_IN_ALPHABET) {
        Integer fault = c == '=' ? padding(text, i, digits) : Integer.valueOf(i);
        if (fault != null) {
          return corrupt(text, fault);
        }
        break;
      }
      quantum = quantum << 6 | digit;
      i++;
      if (++digits == 4) {
        out[length++] = (byte) (quantum >> 16);
        out[length++] = (byte) (quantum >> 8);
        out[length++] = (byte) quantum;
        quantum = 0;
        digits = 0;
      }
    }
    if (i == text.length() && digits > 0) {
      return corrupt(text, i - digits);
    }
    if (digits == 2) {
      out[length++] = (byte) (quantum >> 4);
    } else if (digits == 3) {
      out[length++] = (byte) (quantum >> 10);
      out[length++] = (byte) (quantum >> 2);
    }
    return new Bytes(Arrays.copyOf(out, length));
  }

  private static int digit(char c) {
    if (c >= 'A' && c <= 'Z') {
      return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
      return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
      return c - '0' + 52;
    }
    return c == '-' ? 62 : c == '_' ? 63 : NOT_IN_ALPHABET;
  }

  /** Where the padding at a place is wrong; null if it is right. */
  private static @Nullable Integer padding(String text, int at, int digits) {
    if (digits < 2) {
      return at;
    }
    int i = skipLines(text, at + 1);
    if (digits == 2) {
      if (i == text.length()) {
        return i;
      }
      if (text.charAt(i) != '=') {
        return i - 1;
      }
      i = skipLines(text, i + 1);
    }
    return i == text.length() ? null : Integer.valueOf(i);
  }

  private static int skipLines(String text, int from) {
    int i = from;
    while (i < text.length() && (text.charAt(i) == '\n' || text.charAt(i) == '\r')) {
      i++;
    }
    return i;
  }

  private static EvaluationException corrupt(String text, int at) {
    return new EvaluationException(
        "Invalid byte formatted string " + text + ": illegal base64 data at input byte " + at);
  }
}
