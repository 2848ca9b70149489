package dev.rheo.edge;

/** How a request counts against the handler's limits on concurrent requests. */
public enum RequestClass {
  /** Never limited: health checks must be answered even if nothing else is. */
  EXEMPT,
  /** Lives as long as its client wants; not limited. Ended early when the server drains. */
  LONG_RUNNING,
  /** A finite read; limited with the other reads while its handler runs. */
  READ,
  /** A write; limited with the other writes while its handler runs. */
  MUTATING;

  /**
   * Upstream's rule. A watch is long-running: a GET with a {@code watch} parameter other than
   * {@code false} or {@code 0}, or of a legacy {@code /watch/} path. Other GETs, HEAD and OPTIONS
   * are reads, all else mutates. Health checks are exempt.
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
    // As in Go's conversion of a boolean query parameter, a parameter without a value is true.
    if (watch != null) {
      return !watch.equalsIgnoreCase("false") && !watch.equals("0");
    }
    String path = head.path();
    return path.startsWith("/api/v1/watch/")
        || (path.startsWith("/apis/") && path.contains("/watch/"));
  }
}
