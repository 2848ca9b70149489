package dev.rheo.server.request;

import dev.rheo.api.feature.FeatureGates;
import dev.rheo.api.options.ListOptions;
import dev.rheo.api.status.ApiException;
import dev.rheo.edge.HttpRequest;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.server.request.info.RequestInfo;
import dev.rheo.server.security.User;
import java.util.Objects;
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

  /** A query parameter, or an empty text if it was not given. */
  String parameter(String name) {
    return Objects.requireNonNullElse(request.queryParameter(name), "");
  }

  /**
   * The options of a list or a watch, with canonical names in the field selector.
   *
   * @throws ApiException 400 if they are malformed or contradict each other
   */
  ListOptions listOptions(boolean watch, FeatureGates gates) {
    ListOptions options = ListOptions.parse(request.query(), watch, gates);
    return options.withFieldSelector(options.fieldSelector().resolve(type::fieldLabel));
  }
}
