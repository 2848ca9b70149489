package dev.rheo.server.request;

import dev.rheo.api.status.ApiException;
import dev.rheo.edge.HttpRequest;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.resource.type.Subresource;
import dev.rheo.server.aggregation.ApiService;
import dev.rheo.server.aggregation.ApiServices;
import dev.rheo.server.request.info.RequestInfo;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Finds where a request leads, by its path and verb. Thread-safe. */
public final class Routes {

  private static final String GROUPS = "/apis/";

  private final Supplier<ResourceRegistry> served;
  private final Supplier<ApiServices> services;

  /**
   * @param served the registry in force
   * @param services the APIServices in force
   */
  public Routes(Supplier<ResourceRegistry> served, Supplier<ApiServices> services) {
    this.served = served;
    this.services = services;
  }

  Route find(HttpRequest request, RequestInfo info) {
    ApiService service = service(info.path());
    if (service != null && !service.local()) {
      return new Route.ToExtension(service);
    }
    if (!info.isResource()) {
      return new Route.ToPath();
    }
    ResourceRegistry registry = served.get();
    ResourceType type = registry.find(info.group(), info.version(), info.resource());
    if (type == null) {
      return new Route.Nowhere(
          registry.servesBuiltIn(info.group()) ? ApiException.pathNotFound() : null);
    }
    if (type.customObjects() != null && isElsewhere(info, type)) {
      return new Route.Nowhere(null);
    }
    ApiException refusal = type.customObjects() != null ? ofCustom(info, type) : null;
    if (refusal == null) {
      refusal = refusal(request, info, type);
    }
    return refusal == null ? new Route.ToResource(type) : new Route.Nowhere(refusal);
  }

  /** The APIService of the group version that a path is in, whatever it asks there; or null. */
  private @Nullable ApiService service(String path) {
    if (path.startsWith(GROUPS)) {
      int group = path.indexOf('/', GROUPS.length());
      if (group < 0) {
        return null;
      }
      int end = path.indexOf('/', group + 1);
      String version = path.substring(group + 1, end < 0 ? path.length() : end);
      return services.get().of(path.substring(GROUPS.length(), group), version);
    }
    // That of the core group stands for all of its versions.
    return path.equals("/api") || path.startsWith("/api/") ? services.get().of("", "v1") : null;
  }

  /** Whether a path is of another scope than that of a custom resource: nothing is served there. */
  private static boolean isElsewhere(RequestInfo info, ResourceType type) {
    boolean everywhere = info.verb().equals("list") || info.verb().equals("watch");
    return type.namespaced() ? info.namespace() == null && !everywhere : info.namespace() != null;
  }

  /** Refuses, as upstream does for custom resources, what they have not. */
  private static @Nullable ApiException ofCustom(RequestInfo info, ResourceType type) {
    String part = info.subresource();
    String name = Objects.requireNonNullElse(info.name(), "");
    if (part != null) {
      Subresource sub = type.subresource(part);
      if (sub == null || info.parts().size() > 3) {
        return ApiException.notFound(type.groupResource(), name);
      }
      return sub.verbs().contains(info.verb())
          ? null
          : ApiException.methodNotSupported(type.groupResource(), info.verb());
    }
    boolean needsName = info.verb().equals("update") || info.verb().equals("patch");
    return needsName && info.parts().size() == 1
        ? ApiException.badRequest("name must be provided")
        : null;
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
    // As upstream, which answers HEAD for custom resources alone.
    boolean known = !request.method().equals("HEAD") || type.customObjects() != null;
    return served && known ? null : ApiException.methodNotAllowed();
  }
}
