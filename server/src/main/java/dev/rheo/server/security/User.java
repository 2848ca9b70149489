package dev.rheo.server.security;

import java.util.List;

/**
 * Who asks.
 *
 * @param name the user's name
 * @param uid a name that is never used again for another user, or empty
 * @param groups the groups that the user is in, {@link #AUTHENTICATED} or {@link #UNAUTHENTICATED}
 *     among them
 */
public record User(String name, String uid, List<String> groups) {

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
  }

  public boolean isAnonymous() {
    return groups.contains(UNAUTHENTICATED);
  }

  public boolean isIn(String group) {
    return groups.contains(group);
  }
}
