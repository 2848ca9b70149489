package dev.rheo.server.request.info;

import dev.rheo.api.select.FieldSelector;
import dev.rheo.api.status.ApiException;
import dev.rheo.edge.HttpRequest;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a request's method and path ask for, by the conventions of the Kubernetes API:
 *
 * <pre>
 *   /api/{version}/...  and  /apis/{group}/{version}/...      followed by one of
 *     {resource}[/{name}[/{subresource}...]]
 *     namespaces/{namespace}/{resource}[/{name}[/{subresource}...]]
 *     watch/...                                               the deprecated form of ?watch=true
 * </pre>
 *
 * Everything else is a non-resource request: its verb is the lower-case method.
 *
 * @param verb get, list, watch, create, update, patch, delete, deletecollection for resources
 * @param parts the path segments from the resource on
 */
public record RequestInfo(
    boolean isResource,
    String path,
    String verb,
    String group,
    String version,
    @Nullable String namespace,
    String resource,
    @Nullable String name,
    @Nullable String subresource,
    List<String> parts) {

  private static final Set<String> NAMESPACE_SUBRESOURCES = Set.of("status", "finalize");

  /** What a request asks for. Its body is not looked at. */
  public static RequestInfo of(HttpRequest request) {
    List<String> selectors = request.query().get("fieldSelector");
    String name = null;
    if (selectors != null && !selectors.isEmpty()) {
      try {
        name = FieldSelector.parse(selectors.getFirst()).requiresExact("metadata.name");
      } catch (ApiException e) {
        // The verb parses the selector again and refuses it with the proper message.
        name = null;
      }
    }
    return of(request.method(), request.path(), QueryFlags.isTrue(request, "watch"), name);
  }

  /**
   * @param path percent-decoded
   * @param watchAsked whether {@code watch} was given and is neither {@code 0} nor {@code false}
   * @param fieldName the value of an exact {@code metadata.name} field selector, or null
   */
  public static RequestInfo of(
      String method, String path, boolean watchAsked, @Nullable String fieldName) {
    List<String> parts = split(path);
    if (parts.size() < 3) {
      return nonResource(method, path);
    }
    int at;
    String group;
    if (parts.get(0).equals("api")) {
      group = "";
      at = 1;
    } else if (parts.get(0).equals("apis") && parts.size() >= 4 && !parts.get(1).isEmpty()) {
      group = parts.get(1);
      at = 2;
    } else {
      return nonResource(method, path);
    }
    String version = parts.get(at++);
    boolean watchPrefix = parts.get(at).equals("watch");
    if (watchPrefix && ++at == parts.size()) {
      return nonResource(method, path);
    }
    parts = parts.subList(at, parts.size());
    String namespace = null;
    if (parts.get(0).equals("namespaces") && parts.size() > 1) {
      namespace = parts.get(1);
      if (parts.size() > 2 && !NAMESPACE_SUBRESOURCES.contains(parts.get(2))) {
        parts = parts.subList(2, parts.size());
      }
    }
    String resource = parts.get(0);
    String name = parts.size() > 1 ? parts.get(1) : null;
    String subresource = parts.size() > 2 ? parts.get(2) : null;
    String verb = verb(method, name, watchPrefix);
    if (verb.equals("list") && watchAsked) {
      verb = "watch";
    }
    if ((verb.equals("list") || verb.equals("watch")) && name == null && fieldName != null) {
      name = fieldName;
    }
    return new RequestInfo(
        true, path, verb, group, version, namespace, resource, name, subresource, parts);
  }

  private static String verb(String method, @Nullable String name, boolean watchPrefix) {
    if (watchPrefix && !method.equals("GET") && !method.equals("HEAD")) {
      return "";
    }
    return switch (method) {
      case "POST" -> "create";
      case "GET", "HEAD" -> watchPrefix ? "watch" : name == null ? "list" : "get";
      case "PUT" -> "update";
      case "PATCH" -> "patch";
      case "DELETE" -> name == null ? "deletecollection" : "delete";
      default -> "";
    };
  }

  private static RequestInfo nonResource(String method, String path) {
    return new RequestInfo(
        false, path, method.toLowerCase(Locale.ROOT), "", "", null, "", null, null, List.of());
  }

  private static List<String> split(String path) {
    int start = path.startsWith("/") ? 1 : 0;
    int end = path.length();
    while (end > start && path.charAt(end - 1) == '/') {
      end--;
    }
    return end == start ? List.of() : List.of(path.substring(start, end).split("/", -1));
  }
}
