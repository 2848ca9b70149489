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
   * @return the token, or null if there is none, more than one, one that is not base64url without
   *     padding of UTF-8, or none but it: there must be a subprotocol left to answer with
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
