package dev.rheo.server.security.token;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

/** Issuers for tests. */
public final class TestTokens {
  private TestTokens() {}

  /**
   * @param folder for the key
   */
  public static TokenIssuer issuer(Path folder) {
    try {
      return new TokenIssuer(
          TokenKeys.open(folder, null, List.of()), List.of(TokenIssuer.DEFAULT_ISSUER), List.of());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The claims of a token, whose signature is not looked at. */
  public static Claims claims(String token) {
    return Claims.of(Jws.parse(token).payload());
  }
}
