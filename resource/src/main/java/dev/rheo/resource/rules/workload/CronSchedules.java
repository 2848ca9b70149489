package dev.rheo.resource.rules.workload;

import dev.rheo.api.status.Excerpt;
import dev.rheo.codec.value.GoDuration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Checks schedules as the standard parser of {@code github.com/robfig/cron/v3} reads them: five
 * fields, a descriptor such as {@code @daily}, or {@code @every} and a duration; before them, a
 * time zone.
 */
final class CronSchedules {
  /**
   * A field.
   *
   * @param names of the values from the minimum on
   */
  private record Bounds(long minimum, long maximum, List<String> names) {}

  private static final List<Bounds> FIELDS =
      List.of(
          new Bounds(0, 59, List.of()),
          new Bounds(0, 23, List.of()),
          new Bounds(1, 31, List.of()),
          new Bounds(
              1,
              12,
              List.of(
                  "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov",
                  "dec")),
          new Bounds(0, 6, List.of("sun", "mon", "tue", "wed", "thu", "fri", "sat")));

  private static final Set<String> DESCRIPTORS =
      Set.of("@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly");
  private static final String EVERY = "@every ";

  private CronSchedules() {}

  /**
   * @throws IllegalArgumentException in the parser's words if the schedule is not valid
   */
  static void parse(String schedule) {
    String rest = schedule;
    if (schedule.startsWith("TZ=") || schedule.startsWith("CRON_TZ=")) {
      int space = schedule.indexOf(' ');
      if (space < 0) {
        // the parser's own words are those of a panic
        throw new IllegalArgumentException(
            "invalid schedule format: runtime error: slice bounds out of range [:-1]");
      }
      String zone = schedule.substring(schedule.indexOf('=') + 1, space);
      if (!zone.isEmpty() && !TimeZones.exists(zone)) {
        throw new IllegalArgumentException(
            "provided bad location " + zone + ": " + TimeZones.fault(zone));
      }
      rest = schedule.substring(space).strip();
    }
    if (rest.startsWith("@")) {
      descriptor(rest);
      return;
    }
    List<String> fields = split(rest);
    if (fields.size() != FIELDS.size()) {
      throw new IllegalArgumentException(
          "expected exactly 5 fields, found "
              + fields.size()
              + ": ["
              + Excerpt.text(String.join(" ", fields))
              + "]");
    }
    for (int i = 0; i < FIELDS.size(); i++) {
      for (String range : fields.get(i).split(",")) {
        if (!range.isEmpty()) {
          range(range, FIELDS.get(i));
        }
      }
    }
  }

  private static List<String> split(String text) {
    List<String> fields = new ArrayList<>();
    int start = -1;
    for (int i = 0; i <= text.length(); i++) {
      boolean space = i == text.length() || isSpace(text.charAt(i));
      if (!space && start < 0) {
        start = i;
      } else if (space && start >= 0) {
        fields.add(text.substring(start, i));
        start = -1;
      }
    }
    return fields;
  }

  /** As Go's {@code unicode.IsSpace}. */
  private static boolean isSpace(char c) {
    return (c >= '\t' && c <= '\r')
        || c == ' '
        || c == 0x85
        || c == 0xA0
        || Character.isSpaceChar(c);
  }

  private static void descriptor(String text) {
    if (text.startsWith(EVERY)) {
      String fault = GoDuration.fault(text.substring(EVERY.length()));
      if (fault != null) {
        throw new IllegalArgumentException("failed to parse duration " + text + ": " + fault);
      }
    } else if (!DESCRIPTORS.contains(text)) {
      throw new IllegalArgumentException("unrecognized descriptor: " + text);
    }
  }

  /** A range: {@code *}, {@code 3}, {@code 1-5}, {@code mon-fri}, each with {@code /2} after it. */
  private static void range(String text, Bounds bounds) {
    String[] parts = text.split("/", -1);
    String[] ends = parts[0].split("-", -1);
    long start;
    long end;
    if (ends[0].equals("*") || ends[0].equals("?")) {
      start = bounds.minimum;
      end = bounds.maximum;
    } else {
      start = value(ends[0], bounds);
      if (ends.length > 2) {
        throw new IllegalArgumentException("too many hyphens: " + text);
      }
      end = ends.length == 1 ? start : value(ends[1], bounds);
    }
    long step = 1;
    if (parts.length > 2) {
      throw new IllegalArgumentException("too many slashes: " + text);
    }
    if (parts.length == 2) {
      step = number(parts[1]);
      end = ends.length == 1 ? bounds.maximum : end;
    }
    String fault =
        start < bounds.minimum
            ? "beginning of range (" + start + ") below minimum (" + bounds.minimum + ")"
            : end > bounds.maximum
                ? "end of range (" + end + ") above maximum (" + bounds.maximum + ")"
                : start > end
                    ? "beginning of range (" + start + ") beyond end of range (" + end + ")"
                    : step == 0 ? "step of range should be a positive number" : null;
    if (fault != null) {
      throw new IllegalArgumentException(fault + ": " + text);
    }
  }

  private static long value(String text, Bounds bounds) {
    int name = bounds.names.indexOf(text.toLowerCase(Locale.ROOT));
    return name >= 0 ? bounds.minimum + name : number(text);
  }

  private static long number(String text) {
    OptionalLong number = GoNumbers.parse(text);
    if (number.isEmpty()) {
      throw new IllegalArgumentException(
          "failed to parse int from " + text + ": " + GoNumbers.fault(text));
    }
    if (number.getAsLong() < 0) {
      throw new IllegalArgumentException(
          "negative number (" + number.getAsLong() + ") not allowed: " + text);
    }
    return number.getAsLong();
  }
}
