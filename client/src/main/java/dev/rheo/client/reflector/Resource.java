package dev.rheo.client.reflector;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What an informer keeps: the objects of one resource, perhaps of one namespace, that selectors
 * admit.
 *
 * @param path the encoded path of the collection, such as {@code /api/v1/namespaces/shop/pods}
 * @param selectors encoded query parameters that select objects; empty for all
 */
public record Resource(String path, String selectors) {

  /**
   * A resource of the API.
   *
   * @param group the group, empty for the core
   * @param version the version, such as {@code v1}
   * @param plural the resource's name in paths, such as {@code pods}
   * @param namespace the namespace; null for all, and for resources without namespaces
   */
  public static Resource of(
      String group, String version, String plural, @Nullable String namespace) {
    String base = group.isEmpty() ? "/api/" + version : "/apis/" + encoded(group) + "/" + version;
    String scope = namespace == null ? "" : "/namespaces/" + encoded(namespace);
    return new Resource(base + scope + "/" + encoded(Objects.requireNonNull(plural)), "");
  }

  /** Where the API version begins in paths: {@code /api/v1}, {@code /apis/apps/v1}. */
  public String apiPath() {
    int version =
        path.startsWith("/apis/") ? path.indexOf('/', "/apis/".length()) + 1 : "/api/".length();
    int end = path.indexOf('/', version);
    return end <= 0 ? path : path.substring(0, end);
  }

  /** The same, for objects whose labels the selector admits. */
  public Resource withLabels(String selector) {
    return with("labelSelector", selector);
  }

  /** The same, for objects whose fields the selector admits. */
  public Resource withFields(String selector) {
    return with("fieldSelector", selector);
  }

  /** The same with another query parameter, such as {@code shardSelector}. */
  public Resource with(String parameter, String value) {
    String added = parameter + "=" + encoded(value);
    return new Resource(path, selectors.isEmpty() ? added : selectors + "&" + added);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
