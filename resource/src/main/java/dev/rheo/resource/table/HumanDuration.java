package dev.rheo.resource.table;

import dev.rheo.codec.io.ByteOutput;
import java.nio.charset.StandardCharsets;

/**
 * A duration in two or three significant figures: {@code 119s}, {@code 5m4s}, {@code 3h5m}, {@code
 * 2d2h}, {@code 9d}, {@code 3y120d}; like {@code HumanDuration} of k8s.io/apimachinery.
 */
final class HumanDuration {
  private static final long MINUTE = 60;
  private static final long HOUR = 60 * MINUTE;
  private static final long DAY = 24 * HOUR;
  private static final long YEAR = 365 * DAY;

  /** Upper bound in seconds, to which durations are clamped: Go has nanoseconds in 63 bits. */
  private static final long LONGEST = Long.MAX_VALUE / 1_000_000_000;

  private static final String INVALID = "\\u003cinvalid\\u003e";

  private HumanDuration() {}

  static String of(long millis) {
    if (isInvalid(millis / 1000)) {
      return "<invalid>";
    }
    ByteOutput out = new ByteOutput(0);
    write(out, millis);
    return new String(out.array(), 0, out.size(), StandardCharsets.US_ASCII);
  }

  /** Writes a duration as part of a JSON string. */
  static void write(ByteOutput out, long millis) {
    long seconds = Math.min(millis / 1000, LONGEST);
    if (isInvalid(seconds)) {
      out.ascii(INVALID);
    } else if (seconds < 2 * MINUTE) {
      one(out, Math.max(seconds, 0), 's');
    } else if (seconds < 10 * MINUTE) {
      two(out, seconds / MINUTE, 'm', seconds % MINUTE, 's');
    } else if (seconds < 3 * HOUR) {
      one(out, seconds / MINUTE, 'm');
    } else if (seconds < 8 * HOUR) {
      two(out, seconds / HOUR, 'h', seconds % HOUR / MINUTE, 'm');
    } else if (seconds < 2 * DAY) {
      one(out, seconds / HOUR, 'h');
    } else if (seconds < 8 * DAY) {
      two(out, seconds / DAY, 'd', seconds % DAY / HOUR, 'h');
    } else if (seconds < 2 * YEAR) {
      one(out, seconds / DAY, 'd');
    } else if (seconds < 8 * YEAR) {
      two(out, seconds / YEAR, 'y', seconds % YEAR / DAY, 'd');
    } else {
      one(out, seconds / YEAR, 'y');
    }
  }

  /** Whether the time is further in the future than clock skew explains. */
  private static boolean isInvalid(long seconds) {
    return seconds < -1;
  }

  private static void one(ByteOutput out, long value, char unit) {
    out.decimal(value);
    out.write(unit);
  }

  private static void two(ByteOutput out, long value, char unit, long rest, char restUnit) {
    one(out, value, unit);
    if (rest != 0) {
      one(out, rest, restUnit);
    }
  }
}
