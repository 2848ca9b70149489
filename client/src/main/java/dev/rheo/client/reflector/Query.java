package dev.rheo.client.reflector;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What a reflector asks.
 *
 * @param kind what it is
 * @param resourceVersion the version to begin with; empty for the most recent
 * @param timeoutSeconds after how long the server ends a watch
 * @param limit the limit of a page; 0 for all
 * @param continueToken the page to go on with; empty for the first
 * @param have what the client has already, for a server that can use it; null otherwise
 */
public record Query(
    Kind kind,
    String resourceVersion,
    long timeoutSeconds,
    int limit,
    String continueToken,
    @Nullable Have have) {

  /** The kinds of requests. */
  public enum Kind {
    WATCH_LIST,
    WATCH,
    LIST
  }

  /**
   * The query of the request, to be put after a path and selectors.
   *
   * @param selectors encoded parameters that each request of the informer has; may be empty
   */
  public String parameters(String selectors) {
    StringBuilder out = new StringBuilder(selectors);
    switch (kind) {
      case WATCH_LIST -> {
        add(out, "watch", "true");
        add(out, "allowWatchBookmarks", "true");
        add(out, "sendInitialEvents", "true");
        add(out, "resourceVersionMatch", "NotOlderThan");
        add(out, "timeoutSeconds", Long.toString(timeoutSeconds));
      }
      case WATCH -> {
        add(out, "watch", "true");
        add(out, "allowWatchBookmarks", "true");
        add(out, "timeoutSeconds", Long.toString(timeoutSeconds));
      }
      case LIST -> {
        if (limit > 0) {
          add(out, "limit", Integer.toString(limit));
        }
        if (!continueToken.isEmpty()) {
          add(out, "continue", continueToken);
        }
      }
    }
    if (!resourceVersion.isEmpty()) {
      add(out, "resourceVersion", resourceVersion);
    }
    return out.toString();
  }

  private static void add(StringBuilder out, String name, String value) {
    out.append(out.length() == 0 ? "" : "&")
        .append(name)
        .append('=')
        .append(URLEncoder.encode(value, StandardCharsets.UTF_8));
  }
}
