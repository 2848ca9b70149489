package dev.rheo.cel.value;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Times as Go's {@code time.RFC3339} reads them, which takes an hour of one digit and a comma for
 * the point, too.
 */
public final class Rfc3339 {
  private static final Pattern SYNTAX =
      Pattern.compile(
          "(\\d{4})-(\\d\\d)-(\\d\\d)T(\\d\\d?):(\\d\\d):(\\d\\d)(?:[.,](\\d{1,200}))?"
              + "(?:Z|([+-])(\\d\\d):(\\d\\d))");

  private static final int NANO_DIGITS = 9;

  /** From the year 1 to the year 9999. */
  private static final long MIN_SECONDS = -62_135_596_800L;

  private static final long MAX_SECONDS = 253_402_300_799L;

  private Rfc3339() {}

  /** The time; null if the text is none, or not between the years 1 and 9999. */
  public static @Nullable Timestamp parse(String text) {
    Matcher m = SYNTAX.matcher(text);
    if (!m.matches()) {
      return null;
    }
    int hour = Integer.parseInt(m.group(4));
    int minute = Integer.parseInt(m.group(5));
    int second = Integer.parseInt(m.group(6));
    if (hour > 23 || minute > 59 || second > 59) {
      return null;
    }
    long offset = 0;
    if (m.group(8) != null) {
      int hours = Integer.parseInt(m.group(9));
      int minutes = Integer.parseInt(m.group(10));
      if (hours > 24 || minutes > 60) {
        return null;
      }
      offset = (hours * 3600L + minutes * 60L) * (m.group(8).equals("-") ? -1 : 1);
    }
    try {
      LocalDate date =
          LocalDate.of(
              Integer.parseInt(m.group(1)),
              Integer.parseInt(m.group(2)),
              Integer.parseInt(m.group(3)));
      long seconds = date.atTime(hour, minute, second).toEpochSecond(ZoneOffset.UTC) - offset;
      return isInRange(seconds)
          ? Timestamp.of(Instant.ofEpochSecond(seconds, nanos(m.group(7))), (int) offset)
          : null;
    } catch (DateTimeException e) {
      return null;
    }
  }

  private static int nanos(@Nullable String fraction) {
    return fraction == null
        ? 0
        : Integer.parseInt((fraction + "0".repeat(NANO_DIGITS)).substring(0, NANO_DIGITS));
  }

  /** Whether a time in seconds since 1970 is one that expressions can have. */
  public static boolean isInRange(long seconds) {
    return seconds >= MIN_SECONDS && seconds <= MAX_SECONDS;
  }
}
