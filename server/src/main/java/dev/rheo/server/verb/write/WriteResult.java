package dev.rheo.server.verb.write;

import java.util.List;

/**
 * The answer to a write.
 *
 * @param code HTTP status code
 * @param body JSON: the object, or a Status
 * @param warnings texts of the {@code Warning} headers
 */
public record WriteResult(int code, byte[] body, List<String> warnings) {
  public WriteResult {
    warnings = List.copyOf(warnings);
  }

  /** Without warnings. */
  static WriteResult of(int code, byte[] body) {
    return new WriteResult(code, body, List.of());
  }
}
