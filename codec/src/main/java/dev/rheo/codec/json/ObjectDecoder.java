package dev.rheo.codec.json;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Strict JSON to a tree, within limits. */
public final class ObjectDecoder {
  /** Deepest nesting that the decoder is asked to accept by default: what Go's decoder accepts. */
  public static final int MAX_DEPTH = 10_000;

  private ObjectDecoder() {}

  /**
   * An object, and the fields that stood in it more than once.
   *
   * @param tree the object; of a field that stands twice the last value counts, objects are merged,
   *     as upstream's decoder does
   * @param duplicates one message a duplicate, worded as upstream's strict decoding errors: {@code
   *     duplicate field "spec.replicas"}
   */
  public record Decoded(ObjectNode tree, List<String> duplicates) {}

  /**
   * Decodes one JSON object.
   *
   * @throws dev.rheo.api.ApiException 400 BadRequest: not JSON, not an object, trailing content, or
   *     beyond a limit
   */
  public static Decoded decode(byte[] body, int maxDepth) {
    throw new UnsupportedOperationException();
  }
}
