package dev.rheo.server.security;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The attributes of a request that authorization uses.
 *
 * @param verb {@code get}, {@code list}, {@code watch}, {@code create}, ...; for a path outside the
 *     API the method in lower case
 * @param path the request's path
 * @param resource the resource that it names in the API, or null for any other path
 */
public record RequestAttributes(String verb, String path, @Nullable Resource resource) {

  /**
   * @param group API group, empty for the core group
   * @param resource plural name
   * @param subresource empty if there is none
   * @param namespace empty at cluster scope
   * @param name the object's name, empty if the request names none
   */
  public record Resource(
      String group, String resource, String subresource, String namespace, String name) {}

  /** A request to a path outside the API, such as {@code /version}. */
  public static RequestAttributes nonResource(String method, String path) {
    return new RequestAttributes(method.toLowerCase(Locale.ROOT), path, null);
  }

  /** The same with another verb. */
  RequestAttributes withVerb(String other) {
    return new RequestAttributes(other, path, resource);
  }
}
