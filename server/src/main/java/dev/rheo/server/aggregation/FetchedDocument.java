package dev.rheo.server.aggregation;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an extension API server answered.
 *
 * @param headers the last value of each, by name in lower case
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record FetchedDocument(int status, Map<String, String> headers, byte[] body) {

  /**
   * @param name in lower case
   */
  public @Nullable String header(String name) {
    return headers.get(name);
  }
}
