package dev.rheo.resource.rules;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What a write knows besides the object.
 *
 * @param now to the second what new timestamps say
 * @param user who writes, empty if nobody is known
 * @param uid of that user, may be empty
 * @param groups of that user
 * @param extra what the authenticator told of that user
 */
public record WriteContext(
    Instant now, String user, String uid, List<String> groups, Map<String, List<String>> extra) {

  /** A write of the server itself. */
  public static WriteContext at(Instant now) {
    return new WriteContext(now, "", "", List.of(), Map.of());
  }
}
