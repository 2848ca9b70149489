package dev.rheo.server.security;

import dev.rheo.server.security.BearerTokens.Verdict;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What became of the tokens of one request, which has at most two. Immutable. */
record VerifiedTokens(Map<String, Verdict> byToken) {

  static final VerifiedTokens NONE = new VerifiedTokens(Map.of());

  VerifiedTokens {
    byToken = Map.copyOf(byToken);
  }

  VerifiedTokens with(String token, Verdict verdict) {
    Map<String, Verdict> all = new HashMap<>(byToken);
    all.put(token, verdict);
    return new VerifiedTokens(all);
  }

  @Nullable Verdict of(String token) {
    return byToken.get(token);
  }

  /** Tokens are not for logs. */
  @Override
  public String toString() {
    return byToken.size() + " tokens";
  }
}
