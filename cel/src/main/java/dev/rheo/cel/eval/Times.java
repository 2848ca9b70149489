package dev.rheo.cel.eval;

import dev.rheo.cel.value.Timestamp;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.regex.Pattern;

/** The functions that read a part of a time or of a duration; a time is in UTC by default. */
final class Times {
  private static final Pattern OFFSET = Pattern.compile("[+-]?\\d{1,2}:\\d{2}");
  private static final long SECONDS_PER_MINUTE = 60;
  private static final long SECONDS_PER_HOUR = 3600;

  private Times() {}

  static void register(Map<String, Implementation> functions) {
    part(functions, "getFullYear", ZonedDateTime::getYear);
    part(functions, "getMonth", time -> time.getMonthValue() - 1);
    part(functions, "getDayOfYear", time -> time.getDayOfYear() - 1);
    part(functions, "getDayOfMonth", time -> time.getDayOfMonth() - 1);
    part(functions, "getDate", ZonedDateTime::getDayOfMonth);
    part(functions, "getDayOfWeek", time -> time.getDayOfWeek().getValue() % 7);
    part(functions, "getHours", ZonedDateTime::getHour, d -> d.getSeconds() / SECONDS_PER_HOUR);
    part(
        functions,
        "getMinutes",
        ZonedDateTime::getMinute,
        d -> d.getSeconds() / SECONDS_PER_MINUTE);
    part(functions, "getSeconds", ZonedDateTime::getSecond, Times::wholeSeconds);
    part(functions, "getMilliseconds", time -> time.getNano() / 1_000_000, Duration::toMillis);
  }

  private static long wholeSeconds(Duration duration) {
    return duration.toNanos() / 1_000_000_000L;
  }

  private static void part(
      Map<String, Implementation> functions, String name, ToLongFunction<ZonedDateTime> ofTime) {
    functions.put(name, args -> ofTime.applyAsLong(time(args)));
  }

  private static void part(
      Map<String, Implementation> functions,
      String name,
      ToLongFunction<ZonedDateTime> ofTime,
      ToLongFunction<Duration> ofDuration) {
    functions.put(
        name,
        args ->
            args.length == 1 && args[0] instanceof Duration duration
                ? ofDuration.applyAsLong(duration)
                : ofTime.applyAsLong(time(args)));
  }

  private static ZonedDateTime time(Object[] args) throws EvaluationException {
    if (!(args[0] instanceof Timestamp timestamp)) {
      throw Implementation.noOverload();
    }
    Instant time = timestamp.time();
    if (args.length == 1) {
      return time.atZone(ZoneOffset.UTC);
    }
    if (!(args[1] instanceof String zone)) {
      throw Implementation.noOverload();
    }
    try {
      return time.atZone(zone(zone));
    } catch (DateTimeException e) {
      throw new EvaluationException("unknown time zone " + zone);
    }
  }

  private static ZoneId zone(String zone) {
    if (zone.isEmpty() || zone.equals("UTC")) {
      return ZoneOffset.UTC;
    }
    if (!OFFSET.matcher(zone).matches()) {
      return ZoneId.of(zone);
    }
    String sign = zone.startsWith("-") ? "-" : "+";
    String digits = zone.replaceFirst("^[+-]", "");
    return ZoneOffset.of(sign + (digits.length() < 5 ? "0" : "") + digits);
  }
}
