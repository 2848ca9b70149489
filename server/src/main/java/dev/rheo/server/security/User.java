package dev.rheo.server.security;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The user who makes a request.
 *
 * @param name the user's name
 * @param uid an identifier that is never reused for another user, or empty
 * @param groups the groups that the user is in, including {@link #AUTHENTICATED} or {@link
 *     #UNAUTHENTICATED}
 * @param extra further attributes of the user, by key
 */
public record User(String name, String uid, List<String> groups, Map<String, List<String>> extra) {

  /** The group that may do everything. */
  public static final String MASTERS = "system:masters";

  /** The group of all authenticated users. */
  public static final String AUTHENTICATED = "system:authenticated";

  /** The group of all unauthenticated users. */
  public static final String UNAUTHENTICATED = "system:unauthenticated";

  /** The user of requests without credentials. */
  public static final User ANONYMOUS = new User("system:anonymous", "", List.of(UNAUTHENTICATED));

  public User {
    groups = List.copyOf(groups);
    Map<String, List<String>> copy = new LinkedHashMap<>();
    extra.forEach((key, values) -> copy.put(key, List.copyOf(values)));
    extra = Collections.unmodifiableMap(copy);
  }

  /** A user without extra attributes. */
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
