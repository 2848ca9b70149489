package dev.rheo.server.verb.write;

import dev.rheo.api.status.Status;
import java.util.Collection;
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

  WriteResult(int code, byte[] body) {
    this(code, body, List.of());
  }

  static WriteResult of(int code, Status status) {
    return new WriteResult(code, status.toJson());
  }

  WriteResult withWarnings(Collection<String> texts) {
    return texts.isEmpty() ? this : new WriteResult(code, body, List.copyOf(texts));
  }
}
