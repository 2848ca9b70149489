package dev.rheo.resource.rules;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * The time and the user of a write.
 *
 * @param now the time of new timestamps, which are truncated to seconds
 * @param user name of the user, empty if unknown
 * @param uid uid of the user, may be empty
 * @param groups groups of the user
 * @param extra further attributes of the user from the authenticator
 * @param manager the writer's name among the field managers, empty if unknown
 */
public record WriteContext(
    Instant now,
    String user,
    String uid,
    List<String> groups,
    Map<String, List<String>> extra,
    String manager) {

  /** The server's own name among the field managers. */
  private static final String SERVER = "rheo";

  /** The context of a write by the server itself. */
  public static WriteContext at(Instant now) {
    return new WriteContext(now, "", "", List.of(), Map.of(), SERVER);
  }
}
