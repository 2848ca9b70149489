package dev.rheo.client.reflector;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What a client has already, as it tells a server that can send the difference
 * (docs/informer-protocol.md).
 *
 * @param history which history of revisions the numbers belong to
 * @param revision the client has the state of this revision; 0 for nothing
 * @param until the key up to which it has a newer state, in the order of initial events; null for
 *     none
 * @param untilRevision the revision of that newer state
 */
public record Have(String history, long revision, @Nullable String until, long untilRevision) {
  /** The name of the request's header. */
  public static final String HEADER = "Rheo-Have";

  /** The header's value. */
  public String value() {
    String base = "history=" + history + "; revision=" + revision;
    return until == null
        ? base
        : base
            + "; until="
            + URLEncoder.encode(until, StandardCharsets.UTF_8).replace("+", "%20")
            + "@"
            + untilRevision;
  }
}
