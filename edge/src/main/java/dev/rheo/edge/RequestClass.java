package dev.rheo.edge;

/** How a request counts against the limits on requests in flight. */
public enum RequestClass {
  /** Never waits for a seat: health checks must answer when nothing else does. */
  EXEMPT,
  /** Lives as long as its client likes; holds no seat. Ended early when the server drains. */
  LONG_RUNNING,
  /** A read that ends by itself: holds one of the read-only seats while its handler runs. */
  READ,
  /** A write: holds one of the mutating seats while its handler runs. */
  MUTATING;

  /**
   * Upstream's rule: a watch is long-running ({@code watch=true} or {@code watch=1}, or the old
   * {@code /watch/} paths), GET, HEAD and OPTIONS read, all else mutates; health is exempt.
   */
  public static RequestClass of(HttpRequest head) {
    String path = head.path();
    if (isHealth(path, "/healthz") || isHealth(path, "/livez") || isHealth(path, "/readyz")) {
      return EXEMPT;
    }
    return switch (head.method()) {
      case "GET" -> isWatch(head) ? LONG_RUNNING : READ;
      case "HEAD", "OPTIONS" -> READ;
      default -> MUTATING;
    };
  }

  private static boolean isHealth(String path, String root) {
    return path.startsWith(root)
        && (path.length() == root.length() || path.charAt(root.length()) == '/');
  }

  private static boolean isWatch(HttpRequest head) {
    String watch = head.queryParameter("watch");
    // Go's conversion of a boolean query parameter: present without a value is true as well.
    if (watch != null) {
      return !watch.equalsIgnoreCase("false") && !watch.equals("0");
    }
    String path = head.path();
    return path.startsWith("/api/v1/watch/")
        || (path.startsWith("/apis/") && path.contains("/watch/"));
  }
}
