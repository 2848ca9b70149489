package dev.rheo.edge;

/**
 * What things cost on the heap, rounded up from measurements (the growth of a real server's heap by
 * thousands of each). A test holds them against the heap.
 */
public final class Weights {

  /** A connection with TLS and HTTP/2: 7.7 KB were measured; 2.3 KB with half a handshake. */
  public static final long CONNECTION = 8 << 10;

  /** The state of BoringSSL and what the pools keep for it, outside the heap: 13 KB measured. */
  public static final long TLS = 14 << 10;

  /** A stream whose small answer nobody takes: 2.2 KB measured. */
  static final long STREAM = 3 << 10;

  /** A watch that waits: 2.9 KB measured. */
  static final long WATCH = 3584;

  /** A header field or a query parameter, beside its characters: 91 bytes measured, and a map. */
  static final long FIELD = 128;

  private Weights() {}

  /** What a request's header keeps on the heap. */
  static long of(HttpRequest request) {
    // The target is kept as it came, decoded, and taken apart.
    String target = request.target();
    long weight = 3L * target.length();
    for (int i = 0; i < target.length(); i++) {
      char c = target.charAt(i);
      // A parameter, or a term of a selector: a comma, or one that is escaped.
      if (c == '&' || c == ',' || c == '%') {
        weight += FIELD;
      }
    }
    return weight + request.headers().weight();
  }
}
