package dev.rheo.server.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.codec.tree.Trees;
import dev.rheo.server.outbound.CallException;
import java.net.URI;
import java.net.URISyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * Where a webhook is asked.
 *
 * @param authority host and port as they stand in the URL; the port may be missing
 * @param host without brackets; the name that the certificate must be for
 * @param path as it is sent, with the query
 * @param service the Service behind the host; null if the host is looked up by its name
 */
record Target(
    String authority, String host, int port, String path, Target.@Nullable Service service) {

  /** Upstream tells the webhook how long it waits. */
  private static final String QUERY = "?timeout=30s";

  private static final int HTTPS = 443;

  record Service(String namespace, String name) {}

  /**
   * @param config a valid {@code clientConfig}
   * @throws CallException if the URL cannot be used
   */
  static Target of(JsonNode config) throws CallException {
    JsonNode service = config.get("service");
    if (service != null && service.isObject()) {
      String namespace = Trees.text(service, "namespace");
      String name = Trees.text(service, "name");
      int port = service.has("port") ? (int) Trees.number(service, "port") : HTTPS;
      String host = name + "." + namespace + ".svc";
      return new Target(
          host + ":" + port,
          host,
          port,
          rooted(Trees.text(service, "path")) + QUERY,
          new Service(namespace, name));
    }
    String url = Trees.text(config, "url");
    try {
      return of(new URI(url), QUERY);
    } catch (URISyntaxException e) {
      throw new CallException("Unparsable URL: " + e.getMessage());
    }
  }

  private static Target of(URI url, String query) throws CallException {
    String host = url.getHost();
    if (!"https".equalsIgnoreCase(url.getScheme()) || host == null) {
      throw new CallException("unsupported protocol scheme \"" + url.getScheme() + "\"");
    }
    String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    int port = url.getPort() < 0 ? HTTPS : url.getPort();
    String authority = url.getPort() < 0 ? host : host + ":" + port;
    String path = url.getRawPath();
    return new Target(authority, bare, port, rooted(path == null ? "" : path) + query, null);
  }

  /**
   * Where a redirection leads.
   *
   * @throws CallException if that is no HTTPS URL
   */
  Target redirected(String location) throws CallException {
    try {
      URI to = new URI("https://" + authority + path).resolve(new URI(location));
      String query = to.getRawQuery() == null ? "" : "?" + to.getRawQuery();
      Target target = of(to, query);
      return target.authority.equals(authority)
          ? new Target(authority, host, port, target.path, service)
          : target;
    } catch (URISyntaxException | IllegalArgumentException e) {
      throw new CallException("failed to parse Location header \"" + location + "\"");
    }
  }

  /** As messages show it. */
  String url() {
    return "https://" + authority + path;
  }

  private static String rooted(String path) {
    return path.startsWith("/") ? path : "/" + path;
  }
}
