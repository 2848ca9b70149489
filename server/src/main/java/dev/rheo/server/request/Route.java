package dev.rheo.server.request;

import dev.rheo.api.status.ApiException;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.server.aggregation.ApiService;
import org.jspecify.annotations.Nullable;

/** Where a request leads. */
sealed interface Route {

  /** To a verb of a resource. */
  record ToResource(ResourceType type) implements Route {}

  /** To the extension API server that serves a group version. */
  record ToExtension(ApiService service) implements Route {}

  /** To a path outside the resources: health, version, discovery, OpenAPI, metrics. */
  record ToPath() implements Route {}

  /**
   * To nothing that is served.
   *
   * @param refusal 404 or 405; null if not even the API group is served, which is answered in plain
   *     text, as by Go's multiplexer
   */
  record Nowhere(@Nullable ApiException refusal) implements Route {}
}
