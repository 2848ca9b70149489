package dev.rheo.server.request;

import dev.rheo.api.media.MediaType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Detects clients that ask for aggregated discovery, which has a media type of its own. */
final class AggregatedDiscovery {

  static final String CONTENT_TYPE =
      "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

  private AggregatedDiscovery() {}

  /**
   * Whether the aggregated document is the client's first choice of those that this server
   * supports.
   *
   * @param supported the media types of the plain documents
   */
  static boolean preferred(@Nullable String accept, List<String> supported) {
    if (accept == null || accept.isEmpty()) {
      return false;
    }
    for (MediaType type : MediaType.parseAccept(accept)) {
      String as = type.parameters().getOrDefault("as", "");
      if (as.isEmpty() && supported.stream().anyMatch(type::covers)) {
        return false;
      }
      if (as.equals("APIGroupDiscoveryList")
          && type.covers(MediaType.JSON)
          && type.parameters().getOrDefault("g", "").equals("apidiscovery.k8s.io")
          && type.parameters().getOrDefault("v", "").equals("v2")) {
        return true;
      }
    }
    return false;
  }
}
