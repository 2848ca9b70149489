package dev.rheo.schema.rule;

import dev.rheo.cel.eval.EvaluationException;
import dev.rheo.cel.value.Timestamp;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Dates and times as Go's {@code time.Parse} reads them, and what it says of others. */
final class GoTimes {
  private static final String DATE = "2006-01-02";
  private static final String LOCAL = "2006-01-02T15:04:05";
  private static final int NANO_DIGITS = 9;

  /** What is wrong, in Go's words. */
  private static final class FaultException extends Exception {
    private static final long serialVersionUID = 1;

    FaultException(String message) {
      super(message, null, false, false);
    }
  }

  private final String text;
  private final String layout;
  private int at;

  private GoTimes(String text, String layout) {
    this.text = text;
    this.layout = layout;
  }

  /** A {@code date} as a time; an {@link EvaluationException} if it is none. */
  static Object date(String text) {
    GoTimes times = new GoTimes(text, DATE);
    try {
      List<Integer> parts = times.dateParts();
      times.end();
      return Timestamp.of(times.day(parts).atStartOfDay().toInstant(ZoneOffset.UTC));
    } catch (FaultException e) {
      return new EvaluationException(
          "Invalid date formatted string " + text + ": " + e.getMessage());
    }
  }

  /** A {@code date-time}, with or without a zone; an {@link EvaluationException} if it is none. */
  static Object dateTime(String text) {
    if (text.isEmpty()) {
      return Timestamp.of(Instant.EPOCH);
    }
    GoTimes times = new GoTimes(text, LOCAL);
    try {
      LocalDateTime local = times.local();
      Integer offset = times.zone();
      if (offset == null) {
        times.end();
      }
      int seconds = offset == null ? 0 : offset;
      return Timestamp.of(local.toInstant(ZoneOffset.UTC).minusSeconds(seconds), seconds);
    } catch (FaultException e) {
      return new EvaluationException(
          "Invalid date-time formatted string " + text + ": " + e.getMessage());
    }
  }

  private LocalDateTime local() throws FaultException {
    List<Integer> parts = dateParts();
    literal('T', "T15:04:05");
    int hour = number(1, 2, "15");
    range(hour < 24, "hour");
    literal(':', ":04:05");
    int minute = number(2, 2, "04");
    range(minute < 60, "minute");
    literal(':', ":05");
    int second = number(2, 2, "05");
    range(second < 60, "second");
    int nanos = fraction();
    return day(parts).atTime(hour, minute, second, nanos);
  }

  private List<Integer> dateParts() throws FaultException {
    List<Integer> parts = new ArrayList<>();
    parts.add(number(4, 4, "2006"));
    literal('-', layout.substring(4));
    int month = number(2, 2, "01");
    range(month >= 1 && month <= 12, "month");
    parts.add(month);
    literal('-', layout.substring(7));
    parts.add(number(2, 2, "02"));
    return parts;
  }

  private LocalDate day(List<Integer> parts) throws FaultException {
    int day = parts.get(2);
    range(day >= 1 && day <= YearMonth.of(parts.get(0), parts.get(1)).lengthOfMonth(), "day");
    return LocalDate.of(parts.get(0), parts.get(1), day);
  }

  private boolean isDigit(int index) {
    return index < text.length() && text.charAt(index) >= '0' && text.charAt(index) <= '9';
  }

  private int number(int least, int most, String element) throws FaultException {
    int end = at;
    while (end < at + most && isDigit(end)) {
      end++;
    }
    if (end - at < least) {
      throw cannot(element);
    }
    int number = Integer.parseInt(text, at, end, 10);
    at = end;
    return number;
  }

  private void literal(char c, String rest) throws FaultException {
    if (at >= text.length() || text.charAt(at) != c) {
      // Go names the text up to the next element of the layout.
      throw cannot(rest.substring(0, 1));
    }
    at++;
  }

  private int fraction() {
    boolean point = at < text.length() && (text.charAt(at) == '.' || text.charAt(at) == ',');
    if (!point || !isDigit(at + 1)) {
      return 0;
    }
    at++;
    int nanos = 0;
    for (int digits = 0; isDigit(at); digits++, at++) {
      if (digits < NANO_DIGITS) {
        nanos = nanos * 10 + (text.charAt(at) - '0');
      }
      if (!isDigit(at + 1)) {
        for (int i = digits + 1; i < NANO_DIGITS; i++) {
          nanos *= 10;
        }
      }
    }
    return nanos;
  }

  /** The seconds east of UTC that the rest of the text says; null if it says none. */
  private @Nullable Integer zone() {
    String rest = text.substring(at);
    if (rest.equals("Z")) {
      return 0;
    }
    if (rest.length() != 6
        || (rest.charAt(0) != '+' && rest.charAt(0) != '-')
        || rest.charAt(3) != ':'
        || !isDigit(at + 1)
        || !isDigit(at + 2)
        || !isDigit(at + 4)
        || !isDigit(at + 5)) {
      return null;
    }
    int hours = Integer.parseInt(rest, 1, 3, 10);
    int minutes = Integer.parseInt(rest, 4, 6, 10);
    if (hours > 24 || minutes > 60) {
      return null;
    }
    int seconds = (hours * 60 + minutes) * 60;
    return rest.charAt(0) == '-' ? -seconds : seconds;
  }

  private void end() throws FaultException {
    if (at < text.length()) {
      throw new FaultException(
          "parsing time " + quoted(text) + ": extra text: " + quoted(text.substring(at)));
    }
  }

  private void range(boolean within, String part) throws FaultException {
    if (!within) {
      throw new FaultException("parsing time " + quoted(text) + ": " + part + " out of range");
    }
  }

  private FaultException cannot(String element) {
    return new FaultException(
        "parsing time "
            + quoted(text)
            + " as "
            + quoted(layout)
            + ": cannot parse "
            + quoted(text.substring(at))
            + " as "
            + quoted(element));
  }

  /** Go's quotes of {@code time.ParseError}. */
  private static String quoted(String text) {
    StringBuilder out = new StringBuilder("\"");
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      int c = b & 0xff;
      if (c == '"' || c == '\\') {
        out.append('\\').append((char) c);
      } else if (c >= 0x80 || c < ' ') {
        out.append(String.format("\\x%02x", c));
      } else {
        out.append((char) c);
      }
    }
    return out.append('"').toString();
  }
}
