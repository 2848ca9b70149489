package dev.rheo.server.request;

import dev.rheo.api.status.ApiException;
import dev.rheo.edge.HttpRequest;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.resource.type.Subresource;
import dev.rheo.server.request.info.RequestInfo;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Finds where a request leads, by its path and verb. Thread-safe. */
public final class Routes {

  private final Supplier<ResourceRegistry> served;

  /**
   * @param served the registry in force
   */
  public Routes(Supplier<ResourceRegistry> served) {
    this.served = served;
  }

  Route find(HttpRequest request, RequestInfo info) {
    if (!info.isResource()) {
      return new Route.ToPath();
    }
    ResourceRegistry registry = served.get();
    ResourceType type = registry.find(info.group(), info.version(), info.resource());
    if (type == null) {
      return new Route.Nowhere(
          registry.servesBuiltInGroup(info.group()) ? ApiException.pathNotFound() : null);
    }
    if (type.customObjects() != null) {
      return custom(request, info, type);
    }
    ApiException refusal = refusal(request, info, type);
    return refusal == null ? new Route.ToResource(type) : new Route.Nowhere(refusal);
  }

  /** As upstream, which has no multiplexer below the groups of definitions. */
  private static Route custom(HttpRequest request, RequestInfo info, ResourceType type) {
    boolean reads = info.verb().equals("list") || info.verb().equals("watch");
    boolean inNamespace = info.namespace() != null && !info.namespace().isEmpty();
    if (type.namespaced() ? !inNamespace && !reads : inNamespace) {
      return new Route.Nowhere(null);
    }
    String part = info.subresource();
    if (part == null) {
      if (info.parts().size() == 1
          && (info.verb().equals("update") || info.verb().equals("patch"))) {
        return new Route.Nowhere(ApiException.badRequest("name must be provided"));
      }
    } else {
      Subresource sub = type.subresource(part);
      if (sub == null || info.parts().size() > 3) {
        return new Route.Nowhere(ApiException.notFound(type.groupResource(), info.parts().get(1)));
      }
      if (!sub.verbs().contains(info.verb())) {
        return new Route.Nowhere(
            ApiException.methodNotSupported(type.groupResource(), info.verb()));
      }
    }
    ApiException refusal = refusal(request, info, type);
    return refusal == null ? new Route.ToResource(type) : new Route.Nowhere(refusal);
  }

  /** Checks a path against the resource's own: 404 for no such path, 405 for a wrong verb. */
  private static @Nullable ApiException refusal(
      HttpRequest request, RequestInfo info, ResourceType type) {
    boolean namespaceItself = info.resource().equals("namespaces") && info.group().isEmpty();
    if (!type.namespaced() && info.namespace() != null && !namespaceItself) {
      return ApiException.pathNotFound();
    }
    // An empty segment names nothing: the segments after it must not change their meaning.
    if (info.parts().contains("") || "".equals(info.namespace())) {
      return ApiException.pathNotFound();
    }
    boolean collection = info.parts().size() == 1;
    if (namespaceItself && collection && info.namespace() != null) {
      return ApiException.pathNotFound();
    }
    boolean acrossNamespaces = type.namespaced() && info.namespace() == null;
    if (acrossNamespaces && !collection) {
      return ApiException.pathNotFound();
    }
    boolean served;
    if (info.subresource() != null) {
      Subresource sub = type.subresource(info.subresource());
      if (sub == null || info.parts().size() > 3) {
        return ApiException.pathNotFound();
      }
      served = sub.verbs().contains(info.verb());
    } else {
      served =
          type.verbs().contains(info.verb())
              && switch (info.verb()) {
                case "list", "watch" -> true;
                case "create", "deletecollection" -> collection && !acrossNamespaces;
                default -> !collection;
              };
    }
    return served && !request.method().equals("HEAD") ? null : ApiException.methodNotAllowed();
  }
}
