package dev.rheo.edge;

/**
 * Heap costs in bytes, rounded up from measurements (heap growth of a real server with thousands of
 * each). A test checks them against the heap.
 */
public final class Weights {

  /** A connection with TLS and HTTP/2: 7.7 KB measured; 2.3 KB in the middle of its handshake. */
  public static final long CONNECTION = 8 << 10;

  /** BoringSSL's state and its share of the buffer pools, outside the heap: 13 KB measured. */
  public static final long TLS = 14 << 10;

  /** A stream with a small response that the peer does not read: 2.2 KB measured. */
  static final long STREAM = 3 << 10;

  /** An idle watch: 2.9 KB measured. */
  static final long WATCH = 3584;

  /** A header field or query parameter, without its characters: 91 bytes measured, plus a map. */
  static final long FIELD = 128;

  private Weights() {}

  /** Estimated heap size of a request's header, in bytes. */
  static long of(HttpRequest request) {
    // The target is stored three times: raw, decoded, and parsed.
    String target = request.target();
    long weight = 3L * target.length();
    for (int i = 0; i < target.length(); i++) {
      char c = target.charAt(i);
      // An '&' separates parameters, a comma the terms of a selector. A comma may be escaped, so
      // every escape counts.
      if (c == '&' || c == ',' || c == '%') {
        weight += FIELD;
      }
    }
    return weight + request.headers().weight();
  }
}
