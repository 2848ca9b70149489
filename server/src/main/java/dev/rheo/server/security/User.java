package dev.rheo.server.security;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Who asks.
 *
 * @param name the user's name
 * @param uid a name that is never used again for another user, or empty
 * @param groups the groups that the user is in, {@link #AUTHENTICATED} or {@link #UNAUTHENTICATED}
 *     among them
 * @param extra what else is told of the user, by key
 */
public record User(String name, String uid, List<String> groups, Map<String, List<String>> extra) {

  /** The group that may do everything. */
  public static final String MASTERS = "system:masters";

  /** The group of everyone who proved who they are. */
  public static final String AUTHENTICATED = "system:authenticated";

  /** The group of everyone who did not. */
  public static final String UNAUTHENTICATED = "system:unauthenticated";

  /** Who came without credentials. */
  public static final User ANONYMOUS = new User("system:anonymous", "", List.of(UNAUTHENTICATED));

  public User {
    groups = List.copyOf(groups);
    Map<String, List<String>> copy = new LinkedHashMap<>();
    extra.forEach((key, values) -> copy.put(key, List.copyOf(values)));
    extra = Collections.unmodifiableMap(copy);
  }

  /** A user of whom nothing else is told. */
  public User(String name, String uid, List<String> groups) {
    this(name, uid, groups, Map.of());
  }

  public boolean isAnonymous() {
    return groups.contains(UNAUTHENTICATED);
  }

  public boolean isIn(String group) {
    return groups.contains(group);
  }
}
