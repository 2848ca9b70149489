package dev.rheo.edge;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One request as it came in. Complete when {@link Handler#handle} sees it; before, in {@link
 * Handler#precheck}, its body is still empty. Safe to share between threads.
 */
public final class HttpRequest {

  private static final byte[] NO_BYTES = {};

  private final String method;
  private final String target;
  private final RequestTarget parsed;
  private final HttpHeaders headers;
  private final String protocol;
  private final InetSocketAddress remote;
  private final @Nullable X509Certificate clientCertificate;
  private final String auditId;
  private final Instant received = Instant.now();
  private final long receivedNanos = System.nanoTime();
  private volatile byte[] body = NO_BYTES;
  private volatile boolean cancelled;
  private volatile boolean vouched;
  private Promise promise = bytes -> true;

  /**
   * @param target the request target in origin form: path and query, as sent
   * @throws IllegalArgumentException if the target is malformed; the message is fit for the client
   */
  HttpRequest(
      String method,
      String target,
      HttpHeaders headers,
      String protocol,
      InetSocketAddress remote,
      @Nullable X509Certificate clientCertificate) {
    this.method = method;
    this.target = target;
    this.parsed = RequestTarget.parse(target);
    this.headers = headers;
    this.protocol = protocol;
    this.remote = remote;
    this.clientCertificate = clientCertificate;
    String asked = headers.get("Audit-ID");
    // Upstream cuts the client's own id at 64 bytes.
    this.auditId =
        asked == null || asked.isBlank()
            ? UUID.randomUUID().toString()
            : asked.substring(0, Math.min(asked.length(), 64));
  }

  /**
   * A request that came over no wire, for tests and for calls from within.
   *
   * @param target path and query, percent-encoded
   */
  public static HttpRequest of(String method, String target, HttpHeaders headers, byte[] body) {
    HttpRequest request =
        new HttpRequest(
            method,
            target,
            headers,
            "HTTP/2.0",
            InetSocketAddress.createUnresolved("localhost", 0),
            null);
    request.body = body;
    return request;
  }

  /** The method, as sent: upper case for all that HTTP defines. */
  public String method() {
    return method;
  }

  /** The path, percent-decoded once; begins with a slash; valid UTF-8 without NUL. */
  public String path() {
    return parsed.path();
  }

  /** The path as sent. */
  public String rawPath() {
    return parsed.rawPath();
  }

  /** Path and query as sent. */
  public String target() {
    return target;
  }

  /** The query's parameters, decoded, in order of first appearance. Unmodifiable. */
  public Map<String, List<String>> query() {
    return parsed.query();
  }

  /** The first value of a query parameter ("" if it came without one), or null. */
  public @Nullable String queryParameter(String name) {
    List<String> values = parsed.query().get(name);
    return values == null ? null : values.getFirst();
  }

  public HttpHeaders headers() {
    return headers;
  }

  /** The first value of a header field, or null. */
  public @Nullable String header(String name) {
    return headers.get(name);
  }

  /** The body; not to be modified. Empty if there is none. */
  public byte[] body() {
    return body;
  }

  public String bodyText() {
    return new String(body, StandardCharsets.UTF_8);
  }

  /**
   * The certificate that the client presented, or null. The handshake proved that the client holds
   * its key; who issued it, and whether it is in force, has <em>not</em> been checked.
   */
  public @Nullable X509Certificate clientCertificate() {
    return clientCertificate;
  }

  public InetSocketAddress remote() {
    return remote;
  }

  /** "HTTP/1.0", "HTTP/1.1" or "HTTP/2.0". */
  public String protocol() {
    return protocol;
  }

  /** When the header had been read. */
  public Instant received() {
    return received;
  }

  /** The same on {@link System#nanoTime()}'s clock, to measure durations with. */
  public long receivedNanos() {
    return receivedNanos;
  }

  /** What the response's {@code Audit-Id} says: the client's own, else a new UUID. */
  public String auditId() {
    return auditId;
  }

  /** Charges what an answer will take. */
  interface Promise {
    boolean charge(long bytes) throws Exception;
  }

  void onPromise(Promise taker) {
    promise = taker;
  }

  /**
   * Charges, before the request takes effect, what its answer will take, for then it cannot be
   * refused any more. Waits a little if there is no room.
   *
   * @param bytes in all; what was promised before counts
   * @return false if there is no room
   */
  public boolean promiseAnswer(long bytes) throws Exception {
    return promise.charge(bytes);
  }

  /** The same without target and header fields, for one that is refused and must not be kept. */
  HttpRequest bare() {
    HttpHeaders kept = new HttpHeaders().add("Audit-ID", auditId);
    HttpRequest bare = new HttpRequest(method, "/", kept, protocol, remote, null);
    bare.vouched = vouched;
    return bare;
  }

  /** Says that whoever asks has shown who they are. */
  public void vouch() {
    vouched = true;
  }

  /** Whether whoever asks has shown who they are; strangers get less room. */
  boolean vouched() {
    return vouched;
  }

  /** Whether the peer went away or the server gave up on the request: nobody reads the answer. */
  public boolean cancelled() {
    return cancelled;
  }

  void cancel() {
    cancelled = true;
  }

  void setBody(byte[] bytes) {
    body = bytes;
  }
}
