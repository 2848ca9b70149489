package dev.rheo.encryption.config;

import dev.rheo.api.status.FieldError;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;

/** Reads the secret of a key, which no message shows. */
final class KeySecret {
  private static final String HIDDEN = "REDACTED";

  private KeySecret() {}

  /**
   * @param lengths those that it may have, in bytes
   * @return what was read; not to be used if there are errors
   */
  static byte[] read(ConfigNode node, List<Integer> lengths, List<FieldError> errors) {
    String text = node.text();
    if (text.isEmpty()) {
      errors.add(FieldError.required(node.path(), "secret is a mandatory field for a key"));
      return new byte[0];
    }
    // As in Go, line breaks within do not matter, and padding does.
    String joined = text.replace("\n", "").replace("\r", "");
    byte[] secret;
    try {
      secret = Base64.getDecoder().decode(joined);
    } catch (IllegalArgumentException e) {
      secret = null;
    }
    if (secret == null || joined.length() % 4 != 0) {
      errors.add(FieldError.invalid(node.path(), HIDDEN, "secrets must be base64 encoded"));
      return new byte[0];
    }
    if (!lengths.contains(secret.length)) {
      errors.add(
          FieldError.invalid(
              node.path(),
              HIDDEN,
              "secret is not of the expected length, got %d, expected one of [%s]"
                  .formatted(
                      secret.length,
                      lengths.stream().map(String::valueOf).collect(Collectors.joining(" ")))));
    }
    return secret;
  }
}
