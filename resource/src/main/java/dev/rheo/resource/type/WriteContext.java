package dev.rheo.resource.type;

import dev.rheo.api.status.Excerpt;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The time and the user of a write, and what is told of it.
 *
 * @param now the time of new timestamps, which are truncated to seconds
 * @param user name of the user, empty if unknown
 * @param uid uid of the user, may be empty
 * @param groups groups of the user
 * @param extra further attributes of the user from the authenticator
 * @param manager the writer's name among the field managers, empty if unknown
 * @param warnings for the client; the write adds to them by {@link #warn}
 */
public record WriteContext(
    Instant now,
    String user,
    String uid,
    List<String> groups,
    Map<String, List<String>> extra,
    String manager,
    Set<String> warnings) {

  /** How many warnings one write may give. */
  private static final int MAX_WARNINGS = 100;

  /** The server's own name among the field managers. */
  private static final String SERVER = "rheo";

  /** The context of a write by the server itself. */
  public static WriteContext at(Instant now) {
    return new WriteContext(now, "", "", List.of(), Map.of(), SERVER, new LinkedHashSet<>());
  }

  /** The time, in the form of a timestamp. */
  public String seconds() {
    return now.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  /** Adds a warning, unless there are many already. */
  public void warn(String warning) {
    if (warnings.size() < MAX_WARNINGS) {
      warnings.add(Excerpt.text(warning));
    }
  }

  /** Takes back all warnings but the first ones: those of an attempt that did not count. */
  public void keepWarnings(int first) {
    List<String> kept = warnings.stream().limit(first).toList();
    warnings.retainAll(kept);
  }
}
