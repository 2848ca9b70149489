package dev.rheo.server.aggregation;

import dev.rheo.server.outbound.CallException;
import java.time.Duration;
import java.util.Map;

/** An extension API server, as this server asks it on its own behalf. Thread-safe. */
public interface Extension {

  /**
   * Gets a document as the user {@code system:kube-aggregator} of the group {@code system:masters}.
   * Follows no redirections. The document is charged to the thread's {@link
   * dev.rheo.codec.io.Meter}.
   *
   * @param path with its query
   * @param headers further ones, such as {@code Accept}
   * @param maxBytes the longest body
   * @param patience how long all of it may take
   * @throws CallException if there is no answer, in Go's words
   * @throws RuntimeException if the thread's meter refuses the document
   */
  FetchedDocument fetch(String path, Map<String, String> headers, int maxBytes, Duration patience)
      throws CallException;

  /**
   * Deletes an object or a collection as that user.
   *
   * @param options DeleteOptions in JSON
   * @param patience how long all of it may take
   * @return the status of the answer
   * @throws CallException as {@link #fetch}
   */
  int delete(String path, byte[] options, Duration patience) throws CallException;
}
