package dev.rheo.server.security.token;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.io.MalformedException;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.codec.tree.Trees;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * A JSON Web Signature in compact form (RFC 7515), not verified.
 *
 * @param algorithm as its header says
 * @param keyId as its header says, empty if it does not
 * @param payload the JSON object that is signed
 * @param signed the bytes that are signed
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Jws(String algorithm, String keyId, ObjectNode payload, byte[] signed, byte[] signature) {

  /** Limit on tokens; a request's header is shorter. */
  static final int MAX_LENGTH = 64 << 10;

  private static final int MAX_DEPTH = 16;

  private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

  /** Whether the text consists of three parts and begins with an object, as a token does. */
  static boolean hasForm(String token) {
    int first = token.indexOf('.');
    int second = token.indexOf('.', first + 1);
    return token.startsWith("ey")
        && first > 0
        && second > first
        && token.indexOf('.', second + 1) < 0
        && token.length() <= MAX_LENGTH;
  }

  /** Returns null if the text is not a token. */
  static @Nullable Jws parse(String token) {
    if (!hasForm(token)) {
      return null;
    }
    int payloadFrom = token.indexOf('.') + 1;
    int payloadTo = token.lastIndexOf('.');
    try {
      ObjectNode header = object(token.substring(0, payloadFrom - 1));
      return new Jws(
          Trees.text(header, "alg"),
          Trees.text(header, "kid"),
          object(token.substring(payloadFrom, payloadTo)),
          token.substring(0, payloadTo).getBytes(StandardCharsets.ISO_8859_1),
          decoded(token.substring(payloadTo + 1)));
    } catch (MalformedException | IllegalArgumentException e) {
      return null;
    }
  }

  /** Signs a payload. */
  static String sign(TokenKeys.SigningKey key, ObjectNode payload) {
    ObjectNode header = JsonNodeFactory.instance.objectNode();
    header.put("alg", key.algorithm().name()).put("kid", key.id());
    String signed = encoded(header) + '.' + encoded(payload);
    try {
      byte[] signature =
          key.algorithm().sign(key.secret(), signed.getBytes(StandardCharsets.US_ASCII));
      return signed + '.' + ENCODER.encodeToString(signature);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a token cannot be signed", e);
    }
  }

  private static String encoded(ObjectNode object) {
    return ENCODER.encodeToString(object.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static ObjectNode object(String part) {
    return ObjectDecoder.decode(decoded(part), MAX_DEPTH).tree();
  }

  private static byte[] decoded(String part) {
    return Base64.getUrlDecoder().decode(part);
  }
}
