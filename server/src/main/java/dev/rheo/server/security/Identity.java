package dev.rheo.server.security;

import java.util.List;
import java.util.Map;

/**
 * As whom a request acts, once it is authenticated and authorized.
 *
 * @param user the user who makes the request, or the impersonated one
 * @param impersonated whether the request's headers name that user
 */
public record Identity(User user, boolean impersonated) {

  /** Approximate heap of a group or an attribute that a header field named. */
  private static final long FIELD_BYTES = 256;

  /** Bytes of heap that live because of this request: other users are shared by their requests. */
  public long weight() {
    if (!impersonated) {
      return 0;
    }
    long weight = FIELD_BYTES * (1 + user.groups().size());
    for (Map.Entry<String, List<String>> entry : user.extra().entrySet()) {
      weight += FIELD_BYTES * entry.getValue().size() + 2L * entry.getKey().length();
    }
    return weight;
  }
}
