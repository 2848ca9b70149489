package dev.rheo.server.request.info;

import dev.rheo.edge.HttpRequest;

/** Boolean query parameters. */
public final class QueryFlags {

  private QueryFlags() {}

  /**
   * Whether a parameter was given and is neither {@code 0} nor {@code false}, as Go converts it.
   */
  public static boolean isTrue(HttpRequest request, String parameter) {
    String value = request.queryParameter(parameter);
    return value != null && !value.equals("0") && !value.equalsIgnoreCase("false");
  }
}
