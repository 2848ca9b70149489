package dev.rheo.server.security;

import dev.rheo.edge.WebSocketHandshake;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The bearer token among the subprotocols of a WebSocket, by kube-apiserver's rules. */
final class WebSocketToken {

  private WebSocketToken() {}

  /**
   * @return the token; null if there is none or more than one, if it is not UTF-8 in base64url
   *     without padding, or if no other subprotocol is left to answer with
   */
  static @Nullable String of(List<String> protocols) {
    List<String> tokens =
        protocols.stream().filter(p -> p.startsWith(WebSocketHandshake.TOKEN_PROTOCOL)).toList();
    if (tokens.size() != 1 || protocols.size() == 1) {
      return null;
    }
    String encoded = tokens.getFirst().substring(WebSocketHandshake.TOKEN_PROTOCOL.length());
    if (encoded.isEmpty() || encoded.endsWith("=")) {
      return null;
    }
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(encoded);
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (IllegalArgumentException | CharacterCodingException e) {
      return null;
    }
  }
}
