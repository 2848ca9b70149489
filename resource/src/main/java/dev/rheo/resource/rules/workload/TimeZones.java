package dev.rheo.resource.rules.workload;

import dev.rheo.resource.rules.kind.Field;
import java.time.ZoneId;
import java.util.HashSet;
import java.util.Set;

/** The time zones of the IANA database, by their names in Go. */
final class TimeZones {
  private static final int PART_MAX = 14;

  private TimeZones() {}

  /** Loaded when the first zone is looked up. */
  private static final class Names {
    static final Set<String> ALL = new HashSet<>(ZoneId.getAvailableZoneIds());

    static {
      // names that are Java's own, and some that it does not have
      ALL.removeIf(name -> name.startsWith("SystemV/"));
      ALL.addAll(Set.of("EST", "HST", "MST", "ROC", "GMT+0", "GMT-0", "Factory"));
    }
  }

  static boolean exists(String name) {
    return name.equals("Local") || Names.ALL.contains(name);
  }

  /** What Go says of a name that it does not know. */
  static String fault(String name) {
    boolean isPath =
        name.startsWith("/")
            || name.startsWith("\\")
            || name.equals("..")
            || name.startsWith("../")
            || name.endsWith("/..")
            || name.contains("/../");
    return isPath ? "time: invalid location name" : "unknown time zone " + name;
  }

  /** Checks the zone of a schedule. */
  static void validate(Field zone) {
    String name = zone.text();
    if (name.isEmpty()) {
      zone.invalid("timeZone must be nil or non-empty string");
      return;
    }
    if (!hasValidParts(name)) {
      zone.invalid("unknown time zone " + name);
      return;
    }
    if (name.equalsIgnoreCase("Local")) {
      zone.invalid(
          "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones");
    }
    if (!exists(name)) {
      zone.invalid(fault(name));
    }
  }

  private static boolean hasValidParts(String name) {
    for (int from = 0; from <= name.length(); ) {
      int slash = name.indexOf('/', from);
      int to = slash < 0 ? name.length() : slash;
      if (!isValidPart(name.substring(from, to))) {
        return false;
      }
      from = to + 1;
    }
    return true;
  }

  private static boolean isValidPart(String part) {
    return !part.isEmpty()
        && part.length() <= PART_MAX
        && !part.equals(".")
        && !part.equals("..")
        && !part.startsWith("-")
        && part.chars()
            .allMatch(
                c ->
                    (c >= 'a' && c <= 'z')
                        || (c >= 'A' && c <= 'Z')
                        || (c >= '0' && c <= '9')
                        || ".-_+".indexOf(c) >= 0);
  }
}
