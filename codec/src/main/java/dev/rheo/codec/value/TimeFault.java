package dev.rheo.codec.value;

import dev.rheo.codec.io.Truncated;
import java.time.YearMonth;
import org.jspecify.annotations.Nullable;

/**
 * What is wrong with a text that is not a time, in the words of Go's {@code time.Parse}: the first
 * element of the layout that it does not match, or that is out of range.
 */
final class TimeFault {
  private static final String SECONDS_LAYOUT = "2006-01-02T15:04:05Z07:00";
  private static final String MICROS_LAYOUT = "2006-01-02T15:04:05.000000Z07:00";
  private static final int MICROS = 7;
  private static final int OFFSET = 6;

  private final String text;
  private final String layout;
  private int at;
  private @Nullable String fault;

  private TimeFault(String text, String layout) {
    this.text = text;
    this.layout = layout;
  }

  /** The fault of a text that {@link Times} does not take. */
  static String of(String text, boolean micro) {
    TimeFault search = new TimeFault(text, micro ? MICROS_LAYOUT : SECONDS_LAYOUT);
    search.read(micro);
    return "parsing time \"" + Truncated.of(text) + "\"" + search.fault;
  }

  private void read(boolean micro) {
    int year = year();
    literal("-");
    int month = number("01", true, 1, 12, "month");
    literal("-");
    int day = number("02", true, 0, 99, "day");
    literal("T");
    number("15", false, 0, 23, "hour");
    literal(":");
    number("04", true, 0, 59, "minute");
    literal(":");
    number("05", true, 0, 59, "second");
    if (micro) {
      micros();
    } else {
      fraction();
    }
    offset();
    if (fault == null && at < text.length()) {
      fault = ": extra text: " + quoted(at);
    }
    if (fault == null && (day < 1 || day > YearMonth.of(year, month).lengthOfMonth())) {
      fault = ": day out of range";
    }
    if (fault == null) {
      fault = ": the year is out of range";
    }
  }

  private int year() {
    if (!digits(at, 4)) {
      mismatch(at, "2006");
      return 0;
    }
    at += 4;
    return Integer.parseInt(text, at - 4, at, 10);
  }

  private void literal(String wanted) {
    if (fault == null) {
      if (text.startsWith(wanted, at)) {
        at += wanted.length();
      } else {
        mismatch(at, wanted);
      }
    }
  }

  /**
   * @param fixed whether it must have two digits; otherwise one may be enough
   */
  private int number(String element, boolean fixed, int least, int most, String name) {
    if (fault != null) {
      return least;
    }
    int length = digits(at, 2) ? 2 : !fixed && digits(at, 1) ? 1 : 0;
    if (length == 0) {
      mismatch(at, element);
      return least;
    }
    at += length;
    int number = Integer.parseInt(text, at - length, at, 10);
    if (number < least || number > most) {
      fault = ": " + name + " out of range";
    }
    return number;
  }

  private void fraction() {
    if (fault == null && at + 1 < text.length() && ".,".indexOf(text.charAt(at)) >= 0) {
      int end = at + 1;
      while (digits(end, 1)) {
        end++;
      }
      at = end > at + 1 ? end : at;
    }
  }

  private void micros() {
    if (fault == null) {
      boolean point = at < text.length() && ".,".indexOf(text.charAt(at)) >= 0;
      if (point && digits(at + 1, MICROS - 1)) {
        at += MICROS;
      } else {
        mismatch(at, ".000000");
      }
    }
  }

  private void offset() {
    if (fault != null) {
      return;
    }
    if (text.startsWith("Z", at)) {
      at++;
    } else if (at + OFFSET > text.length()
        || "+-".indexOf(text.charAt(at)) < 0
        || text.charAt(at + 3) != ':'
        || !digits(at + 1, 2)
        || !digits(at + 4, 2)) {
      mismatch(at, "Z07:00");
    } else if (Integer.parseInt(text, at + 1, at + 3, 10) > 24) {
      fault = ": time zone offset hour out of range";
    } else if (Integer.parseInt(text, at + 4, at + 6, 10) > 60) {
      fault = ": time zone offset minute out of range";
    } else {
      at += OFFSET;
    }
  }

  private boolean digits(int from, int count) {
    for (int i = from; i < from + count; i++) {
      if (i >= text.length() || text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }

  private void mismatch(int from, String element) {
    fault = " as \"" + layout + "\": cannot parse " + quoted(from) + " as \"" + element + "\"";
  }

  private String quoted(int from) {
    return '"' + Truncated.of(text.substring(Math.min(from, text.length()))) + '"';
  }
}
