package dev.rheo.edge;

import dev.rheo.api.status.Status;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The opening handshake of WebSocket (RFC 6455 §4.2), for long-running responses. It is evaluated
 * last: a request that is refused for other reasons gets the same response as without a WebSocket.
 *
 * <p>Conditions and codes of refusals follow golang.org/x/net/websocket, which kube-apiserver uses.
 * Unlike there, the responses carry a Status.
 */
public final class WebSocketHandshake {

  /** Prefix of a subprotocol that carries a bearer token, base64url without padding. */
  public static final String TOKEN_PROTOCOL = "base64url.bearer.authorization.k8s.io.";

  private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final String VERSION = "13";

  private WebSocketHandshake() {}

  /**
   * Whether the request asks for a WebSocket. HTTP/2 has no Upgrade, and the Upgrade of an HTTP/1.0
   * request must be ignored (RFC 9110 §7.8).
   */
  public static boolean isAskedBy(HttpRequest request) {
    return request.protocol().equals("HTTP/1.1")
        && elements(request, "Upgrade").stream().anyMatch("websocket"::equalsIgnoreCase)
        && elements(request, "Connection").stream().anyMatch("upgrade"::equalsIgnoreCase);
  }

  /**
   * The subprotocols that a request for a WebSocket names, in order, those with tokens included.
   */
  public static List<String> protocols(HttpRequest request) {
    return isAskedBy(request) ? elements(request, "Sec-WebSocket-Protocol") : List.of();
  }

  /**
   * Completes the handshake. If the request asks for a WebSocket and the response is a stream of
   * events, the result is a response that switches to it, or a refusal; else the response itself.
   */
  static HttpResponse answer(HttpRequest request, HttpResponse response) {
    Body body = response.body();
    String mediaType = response.headers().get("Content-Type");
    if (body == null
        || body instanceof Tunnel
        || mediaType == null
        || !response.isLongRunning()
        || response.headers().contains("Content-Encoding")
        || !isAskedBy(request)) {
      return response;
    }
    Messages messages = Messages.of(mediaType);
    if (messages == null) {
      return response;
    }
    List<String> protocols =
        protocols(request).stream().filter(p -> !p.startsWith(TOKEN_PROTOCOL)).toList();
    HttpResponse refusal = objection(request, protocols);
    if (refusal != null) {
      body.close();
      return refusal;
    }
    HttpResponse switching = HttpResponse.switching(new WebSocketBody(body, messages));
    response
        .headers()
        .forEach(
            (name, value) -> {
              if (!name.equalsIgnoreCase("Content-Type")) {
                switching.headers().add(name, value);
              }
            });
    switching
        .header("Upgrade", "websocket")
        .header("Connection", "Upgrade")
        .header("Sec-WebSocket-Accept", accept(String.valueOf(key(request))));
    if (!protocols.isEmpty()) {
      switching.header("Sec-WebSocket-Protocol", protocols.getFirst());
    }
    return switching;
  }

  private static @Nullable HttpResponse objection(HttpRequest request, List<String> protocols) {
    if (key(request) == null) {
      return Refusals.badRequest("a WebSocket needs a Sec-WebSocket-Key");
    }
    if (!VERSION.equals(request.header("Sec-WebSocket-Version"))) {
      return Refusals.badRequest("only version 13 of WebSocket is spoken here")
          .header("Sec-WebSocket-Version", VERSION);
    }
    String origin = request.header("Origin");
    if (origin != null && !isAddress(origin)) {
      return Refusals.of(
          Status.failure(403, "Forbidden", "the Origin of a WebSocket is no address", null));
    }
    if (protocols.size() > 1) {
      return Refusals.badRequest("a watch takes one WebSocket subprotocol at most");
    }
    return null;
  }

  private static @Nullable String key(HttpRequest request) {
    String key = request.header("Sec-WebSocket-Key");
    return key == null || key.isBlank() ? null : key.strip();
  }

  /** Any absolute URI or path is a valid origin, because authentication does not rely on it. */
  private static boolean isAddress(String origin) {
    try {
      URI uri = new URI(origin);
      return uri.isAbsolute() || origin.startsWith("/");
    } catch (URISyntaxException e) {
      return false;
    }
  }

  private static String accept(String key) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-1")
              .digest((key + GUID).getBytes(StandardCharsets.ISO_8859_1));
      return Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<String> elements(HttpRequest request, String name) {
    List<String> elements = new ArrayList<>();
    for (String field : request.headers().getAll(name)) {
      for (String element : field.split(",", -1)) {
        if (!element.isBlank()) {
          elements.add(element.strip());
        }
      }
    }
    return elements;
  }
}
