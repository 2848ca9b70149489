package dev.rheo.server.aggregation;

import dev.rheo.edge.HttpHeaders;
import dev.rheo.edge.HttpRequest;
import dev.rheo.edge.WebSocketHandshake;
import dev.rheo.server.security.User;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The head of a request as an extension server gets it: who the user is, and of the client's header
 * all but what is between it and this server. Path and query are written anew from what was
 * authorized.
 *
 * <p>Source: {@code handler_proxy.go} of k8s.io/kube-aggregator, {@code upgradeaware.go} and {@code
 * transport.go} of k8s.io/apimachinery, Go's {@code httputil.ReverseProxy}.
 */
final class ForwardedRequest {
  /** Fields between neighbours (RFC 9110 §7.6.1), those named by Connection besides. */
  static final Set<String> HOP_BY_HOP =
      Set.of(
          "connection",
          "proxy-connection",
          "keep-alive",
          "proxy-authenticate",
          "proxy-authorization",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade");

  /** Fields that this server writes itself, or that were meant for it. */
  private static final Set<String> OWN =
      Set.of(
          "host",
          "content-length",
          "transfer-encoding",
          "expect",
          "authorization",
          "audit-id",
          "x-forwarded-for",
          "x-remote-user",
          "x-remote-uid",
          "x-remote-group");

  /** Those of a request that does not ask for an upgrade. */
  private static final Set<String> FORWARDED =
      Set.of("x-forwarded-uri", "x-forwarded-host", "x-forwarded-proto");

  /** Methods of requests whose length Go tells even if there is no body. */
  private static final Set<String> BODIES = Set.of("POST", "PUT", "PATCH");

  private static final String TRAILERS = "trailers";
  private static final String EXTRA = "X-Remote-Extra-";
  private static final String PROTOCOLS = "Sec-WebSocket-Protocol";
  private static final String TOKEN = "!#$%&'*+-.^_`|~";

  private final HttpRequest request;
  private final User user;
  private final String authority;
  private final StringBuilder head = new StringBuilder(512);

  /** The first field whose value cannot be sent. */
  private @Nullable String unfit;

  /** A field whose value cannot be sent. The message is Go's. */
  static final class UnfitFieldException extends Exception {
    private static final long serialVersionUID = 1L;

    UnfitFieldException(String field) {
      super("net/http: invalid header field value for \"" + field + "\"", null, false, false);
    }
  }

  private ForwardedRequest(HttpRequest request, User user, String authority) {
    this.request = request;
    this.user = user;
    this.authority = authority;
  }

  /**
   * Request line and header, each character a byte.
   *
   * @param authority host and port of the extension server
   * @param upgrade whether the client asks for another protocol
   */
  static String head(HttpRequest request, User user, String authority, boolean upgrade)
      throws UnfitFieldException {
    ForwardedRequest forwarded = new ForwardedRequest(request, user, authority);
    forwarded.write(upgrade);
    if (forwarded.unfit != null) {
      throw new UnfitFieldException(forwarded.unfit);
    }
    return forwarded.head.append("\r\n").toString();
  }

  private void write(boolean upgrade) {
    String path = path(request.path());
    String query = query();
    head.append(request.method()).append(' ').append(path);
    if (!query.isEmpty()) {
      head.append('?').append(query);
    }
    head.append(" HTTP/1.1\r\n");
    field("Host", authority);
    HttpHeaders headers = request.headers();
    Set<String> hops = upgrade ? Set.of() : hops(headers);
    boolean websocket = upgrade && WebSocketHandshake.isAskedBy(request);
    headers.forEach(
        (name, value) -> {
          String lower = name.toLowerCase(Locale.ROOT);
          if (!hops.contains(lower)
              && !OWN.contains(lower)
              && (upgrade || !FORWARDED.contains(lower))
              && !lower.startsWith("impersonate-")
              && !lower.startsWith("x-remote-extra-")
              && !(websocket && lower.equals("sec-websocket-protocol"))) {
            field(name, value);
          }
        });
    if (!upgrade && acceptsTrailers(headers)) {
      field("Te", TRAILERS);
    }
    if (websocket) {
      protocols();
    }
    byte[] body = request.body();
    if (body.length > 0 || BODIES.contains(request.method())) {
      field("Content-Length", Integer.toString(body.length));
    }
    field("Audit-ID", request.auditId());
    field("X-Forwarded-For", forwardedFor(headers));
    if (!upgrade) {
      field("X-Forwarded-Uri", path);
      field("X-Forwarded-Host", authority);
      field("X-Forwarded-Proto", "https");
    }
    user();
  }

  private void user() {
    field("X-Remote-User", bytes(user.name()));
    if (!user.uid().isEmpty()) {
      field("X-Remote-Uid", bytes(user.uid()));
    }
    user.groups().forEach(group -> field("X-Remote-Group", bytes(group)));
    user.extra()
        .forEach(
            (key, values) -> values.forEach(value -> field(EXTRA + escapedKey(key), bytes(value))));
  }

  /** A subprotocol that is a token was meant for this server. */
  private void protocols() {
    List<String> kept =
        WebSocketHandshake.protocols(request).stream()
            .filter(protocol -> !protocol.startsWith(WebSocketHandshake.TOKEN_PROTOCOL))
            .toList();
    if (!kept.isEmpty()) {
      field(PROTOCOLS, String.join(",", kept));
    }
  }

  /** As Go's proxy, which passes trailers on. */
  private static boolean acceptsTrailers(HttpHeaders headers) {
    return headers.getAll("TE").stream()
        .flatMap(field -> Stream.of(field.split(",", -1)))
        .anyMatch(coding -> coding.strip().equalsIgnoreCase(TRAILERS));
  }

  static Set<String> hops(HttpHeaders headers) {
    Set<String> hops = new HashSet<>(HOP_BY_HOP);
    for (String field : headers.getAll("Connection")) {
      for (String name : field.split(",", -1)) {
        hops.add(name.strip().toLowerCase(Locale.ROOT));
      }
    }
    return hops;
  }

  private String forwardedFor(HttpHeaders headers) {
    List<String> all = new ArrayList<>(headers.getAll("X-Forwarded-For"));
    all.add(
        request.remote().getAddress() == null
            ? request.remote().getHostString()
            : request.remote().getAddress().getHostAddress());
    return String.join(", ", all);
  }

  private void field(String name, String value) {
    for (int i = 0; i < value.length() && unfit == null; i++) {
      char c = value.charAt(i);
      if ((c < ' ' && c != '\t') || c == 0x7f || c > 0xff) {
        unfit = name;
      }
    }
    head.append(name).append(": ").append(value).append("\r\n");
  }

  /** The text in UTF-8, each byte a character. */
  private static String bytes(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  private static String escapedKey(String key) {
    return escaped(key, c -> c != '%' && TOKEN.indexOf(c) >= 0, false);
  }

  /** As Go writes a path that it was given decoded. */
  private static String path(String path) {
    return escaped(path, c -> "-_.~$&+,/:;=@".indexOf(c) >= 0, false);
  }

  /** As Go writes the values of a query: in the order of their names. */
  private String query() {
    StringBuilder query = new StringBuilder();
    new TreeMap<>(request.query())
        .forEach(
            (name, values) ->
                values.forEach(
                    value -> {
                      query.append(query.isEmpty() ? "" : "&").append(queryPart(name));
                      query.append('=').append(queryPart(value));
                    }));
    return query.toString();
  }

  private static String queryPart(String part) {
    return escaped(part, c -> "-_.~".indexOf(c) >= 0, true);
  }

  private interface Allowed {
    boolean test(char c);
  }

  private static String escaped(String text, Allowed allowed, boolean plus) {
    StringBuilder escaped = new StringBuilder(text.length() + 16);
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      boolean alphanumeric =
          (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      if (alphanumeric || (c < 0x80 && allowed.test(c))) {
        escaped.append(c);
      } else if (c == ' ' && plus) {
        escaped.append('+');
      } else {
        escaped.append('%').append(Character.toUpperCase(Character.forDigit(c >> 4, 16)));
        escaped.append(Character.toUpperCase(Character.forDigit(c & 15, 16)));
      }
    }
    return escaped.toString();
  }
}
