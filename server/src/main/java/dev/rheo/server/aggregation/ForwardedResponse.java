package dev.rheo.server.aggregation;

import dev.rheo.edge.HttpHeaders;
import dev.rheo.edge.HttpResponse;
import dev.rheo.server.outbound.HttpExchange;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Answers of the proxy: those of extension servers, and its own. */
final class ForwardedResponse {
  static final String REDIRECTED =
      "the backend attempted to redirect this request, which is not permitted";

  /** Which origins a browser may serve is not for an extension server to say. */
  private static final Set<String> CORS =
      Set.of(
          "access-control-allow-credentials",
          "access-control-allow-headers",
          "access-control-allow-methods",
          "access-control-allow-origin");

  private static final String TEXT = "text/plain; charset=utf-8";

  private ForwardedResponse() {}

  /** An answer of the proxy itself, as Go's {@code http.Error} gives it. */
  static HttpResponse plain(int status, String message) {
    byte[] bytes = (message + "\n").getBytes(StandardCharsets.UTF_8);
    return HttpResponse.bytes(status, TEXT, bytes).header("X-Content-Type-Options", "nosniff");
  }

  /** What a client gets instead of a redirection, or null if the answer is none. */
  static @Nullable HttpResponse insteadOfRedirection(HttpExchange answer) {
    String location = answer.header("location");
    boolean redirection = answer.status() / 100 == 3;
    return redirection && location != null && !location.isEmpty()
        ? HttpResponse.bytes(502, TEXT, REDIRECTED.getBytes(StandardCharsets.UTF_8))
        : null;
  }

  /** Adds the header fields of an answer, except those between neighbours. */
  static HttpResponse withFields(HttpResponse response, HttpExchange answer, String authority) {
    Set<String> dropped = new HashSet<>(ForwardedRequest.HOP_BY_HOP);
    dropped.addAll(CORS);
    dropped.add("content-length");
    for (HttpExchange.Field field : answer.fields()) {
      if (field.name().equalsIgnoreCase("connection")) {
        for (String name : field.value().split(",", -1)) {
          dropped.add(name.strip().toLowerCase(Locale.ROOT));
        }
      }
    }
    HttpHeaders headers = response.headers();
    for (HttpExchange.Field field : answer.fields()) {
      String lower = field.name().toLowerCase(Locale.ROOT);
      if (!dropped.contains(lower) && isFit(field)) {
        headers.add(
            field.name(),
            lower.equals("location") ? located(field.value(), authority) : field.value());
      }
    }
    return response;
  }

  /** Adds all header fields of an answer that switches protocols. */
  static HttpResponse withAllFields(HttpResponse response, HttpExchange answer) {
    for (HttpExchange.Field field : answer.fields()) {
      if (isFit(field)) {
        response.headers().add(field.name(), field.value());
      }
    }
    return response;
  }

  /** Upstream makes a path, and a URL of the server itself, a URL with the server's address. */
  private static String located(String location, String authority) {
    try {
      URI url = new URI(location);
      boolean elsewhere = url.getRawAuthority() != null && !authority.equals(url.getRawAuthority());
      String path = url.getRawPath();
      if (elsewhere || path == null || !path.startsWith("/")) {
        return location;
      }
      return "https://"
          + authority
          + path
          + (url.getRawQuery() == null ? "" : "?" + url.getRawQuery());
    } catch (URISyntaxException e) {
      return location;
    }
  }

  /** Whether a field may be sent on: neither its name nor its value can be taken for more. */
  private static boolean isFit(HttpExchange.Field field) {
    String name = field.name();
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c <= ' ' || c >= 0x7f || "\"(),/:;<=>?@[\\]{}".indexOf(c) >= 0) {
        return false;
      }
    }
    String value = field.value();
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if ((c < ' ' && c != '\t') || c == 0x7f) {
        return false;
      }
    }
    return true;
  }
}
