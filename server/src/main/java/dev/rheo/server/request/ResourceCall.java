package dev.rheo.server.request;

import dev.rheo.edge.HttpRequest;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.server.request.info.RequestInfo;
import dev.rheo.server.security.User;
import org.jspecify.annotations.Nullable;

/** A call of a verb of a resource. */
record ResourceCall(HttpRequest request, RequestInfo info, User user, ResourceType type) {

  ResourceCall(Call call, ResourceType type) {
    this(call.request(), call.info(), call.user(), type);
  }

  /** The namespace for a namespaced resource, else null. */
  @Nullable String namespace() {
    return type.namespaced() ? info.namespace() : null;
  }
}
