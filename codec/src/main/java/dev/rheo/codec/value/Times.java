package dev.rheo.codec.value;

import java.time.DateTimeException;
import java.time.LocalDate;

/**
 * Times as the API spells them: RFC 3339 in UTC, with seconds for {@code Time} and six fractional
 * digits for {@code MicroTime}. A parsed time is the seconds since 1970 and the microseconds of the
 * second.
 */
public final class Times {
  /** Go's zero time, 0001-01-01T00:00:00Z, which means "no time". */
  public static final long ZERO_SECONDS = -62135596800L;

  private static final int SECONDS_LENGTH = "2006-01-02T15:04:05Z".length();
  private static final int MICROS_LENGTH = "2006-01-02T15:04:05.000000Z".length();
  private static final int DATE_TIME_LENGTH = SECONDS_LENGTH - 1;
  private static final int MICRO_DIGITS = 6;
  private static final long MIN_SECONDS = LocalDate.of(0, 1, 1).toEpochDay() * 86400L;
  private static final long MAX_SECONDS = LocalDate.of(10000, 1, 1).toEpochDay() * 86400L - 1;

  private Times() {}

  /** An instant: seconds since 1970, and the microseconds of the second. */
  public record Instant(long seconds, int micros) {
    /** Whether this is Go's zero time. */
    public boolean isZero() {
      return seconds == ZERO_SECONDS && micros == 0;
    }
  }

  /**
   * The canonical spelling.
   *
   * @param micro whether the text is a {@code MicroTime}
   * @return the text itself if it is canonical; {@code ""} for the zero time, which is written as
   *     null
   * @throws IllegalArgumentException in upstream's words, if the text is not a time
   */
  public static String canonical(String text, boolean micro) {
    Instant instant = parse(text, micro);
    if (instant.seconds == ZERO_SECONDS && (instant.micros == 0 || !micro)) {
      return "";
    }
    if (text.length() == (micro ? MICROS_LENGTH : SECONDS_LENGTH) && text.endsWith("Z")) {
      return text;
    }
    return format(instant.seconds, instant.micros, micro);
  }

  /**
   * Parses a time.
   *
   * @param micro whether exactly six fractional digits are required; otherwise any number of them
   *     is allowed and ignored
   * @throws IllegalArgumentException in upstream's words, if the text is not a time
   */
  public static Instant parse(String text, boolean micro) {
    // As Go, which takes an hour of one digit.
    boolean shortHour = text.length() > 12 && text.charAt(12) == ':' && isDigit(text.charAt(11));
    try {
      return read(shortHour ? text.substring(0, 11) + '0' + text.substring(11) : text, micro);
    } catch (DateTimeException | IndexOutOfBoundsException e) {
      throw new IllegalArgumentException(TimeFault.of(text, micro), e);
    }
  }

  private static Instant read(String text, boolean micro) {
    require(text.charAt(4) == '-' && text.charAt(7) == '-' && text.charAt(10) == 'T');
    require(text.charAt(13) == ':' && text.charAt(16) == ':');
    long day =
        LocalDate.of(number(text, 0, 4), number(text, 5, 7), number(text, 8, 10)).toEpochDay();
    int hour = number(text, 11, 13);
    int minute = number(text, 14, 16);
    int second = number(text, 17, 19);
    require(hour < 24 && minute < 60 && second < 60);
    int at = DATE_TIME_LENGTH;
    int micros = 0;
    if (micro) {
      require(text.charAt(at) == '.' || text.charAt(at) == ',');
      micros = number(text, at + 1, at + 1 + MICRO_DIGITS);
      at += 1 + MICRO_DIGITS;
    } else if (text.charAt(at) == '.' || text.charAt(at) == ',') {
      int from = ++at;
      while (isDigit(text.charAt(at))) {
        at++;
      }
      require(at > from);
    }
    long offset = 0;
    if (text.charAt(at) == 'Z') {
      at++;
    } else {
      boolean west = text.charAt(at) == '-';
      require((west || text.charAt(at) == '+') && text.charAt(at + 3) == ':');
      int hours = number(text, at + 1, at + 3);
      int minutes = number(text, at + 4, at + 6);
      require(hours <= 24 && minutes <= 60);
      offset = (hours * 60L + minutes) * (west ? -60 : 60);
      at += 6;
    }
    require(at == text.length());
    long seconds = day * 86400 + hour * 3600L + minute * 60L + second - offset;
    require(seconds >= MIN_SECONDS && seconds <= MAX_SECONDS);
    return new Instant(seconds, micros);
  }

  private static void require(boolean holds) {
    if (!holds) {
      throw new DateTimeException("not RFC 3339");
    }
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static int number(String text, int from, int to) {
    int value = 0;
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      require(isDigit(c));
      value = value * 10 + c - '0';
    }
    return value;
  }

  /**
   * Formats a time.
   *
   * @throws IllegalArgumentException if the year is not between 0 and 9999
   */
  public static String format(long seconds, int micros, boolean micro) {
    if (seconds < MIN_SECONDS || seconds > MAX_SECONDS) {
      throw new IllegalArgumentException("year outside of range [0,9999]");
    }
    LocalDate date = LocalDate.ofEpochDay(Math.floorDiv(seconds, 86400L));
    int ofDay = (int) Math.floorMod(seconds, 86400L);
    StringBuilder out = new StringBuilder(MICROS_LENGTH);
    put(out, date.getYear(), 4).append('-');
    put(out, date.getMonthValue(), 2).append('-');
    put(out, date.getDayOfMonth(), 2).append('T');
    put(out, ofDay / 3600, 2).append(':');
    put(out, ofDay / 60 % 60, 2).append(':');
    put(out, ofDay % 60, 2);
    if (micro) {
      put(out.append('.'), micros, MICRO_DIGITS);
    }
    return out.append('Z').toString();
  }

  private static StringBuilder put(StringBuilder out, int value, int width) {
    String digits = Integer.toString(value);
    return out.repeat('0', width - digits.length()).append(digits);
  }
}
