package dev.rheo.edge;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A request. It is complete in {@link Handler#handle}; in {@link Handler#precheck} its body is
 * still empty. Safe to share between threads.
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
  private final long receivedNanos;
  private volatile byte[] body = NO_BYTES;
  private volatile boolean cancelled;
  private volatile boolean vouched;
  private volatile @Nullable Object attachment;
  private Promise promise = bytes -> true;
  private final AtomicReference<@Nullable Runnable> onCancel = new AtomicReference<>();

  /**
   * @param target the request target in origin form: path and query, as sent
   * @param receivedNanos when the header was read
   * @throws IllegalArgumentException if the target is malformed; the message may go to the client
   */
  HttpRequest(
      String method,
      String target,
      HttpHeaders headers,
      String protocol,
      InetSocketAddress remote,
      @Nullable X509Certificate clientCertificate,
      long receivedNanos) {
    this.receivedNanos = receivedNanos;
    this.method = method;
    this.target = target;
    this.parsed = RequestTarget.parse(target);
    this.headers = headers;
    this.protocol = protocol;
    this.remote = remote;
    this.clientCertificate = clientCertificate;
    String asked = headers.get("Audit-ID");
    // Upstream truncates the client's own id at 64 bytes.
    this.auditId =
        asked == null || asked.isBlank()
            ? UUID.randomUUID().toString()
            : asked.substring(0, Math.min(asked.length(), 64));
  }

  /**
   * A request that no connection carries, for tests and internal calls.
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
            null,
            EdgeClock.SYSTEM.nanoTime());
    request.body = body;
    return request;
  }

  /** The method, as sent. Methods that HTTP defines are upper case. */
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

  /** The query parameters, decoded, in order of first appearance. Unmodifiable. */
  public Map<String, List<String>> query() {
    return parsed.query();
  }

  /** The first value of a query parameter ("" if it has none), or null. */
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

  /** The body, which must not be modified. Empty if there is none. */
  public byte[] body() {
    return body;
  }

  public String bodyText() {
    return new String(body, StandardCharsets.UTF_8);
  }

  /**
   * The certificate that the client presented, or null. The handshake proved that the client holds
   * its key. The issuer and the validity period have <em>not</em> been checked.
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

  /** When the header was read, as a {@link System#nanoTime()}, to measure durations. */
  public long receivedNanos() {
    return receivedNanos;
  }

  /** The {@code Audit-Id} of the response: the client's own id, else a new UUID. */
  public String auditId() {
    return auditId;
  }

  /** Charges the size of a response in advance. */
  interface Promise {
    boolean charge(long bytes) throws Exception;
  }

  void onPromise(Promise taker) {
    promise = taker;
  }

  /**
   * Charges the response of a request before the request takes effect, because it cannot be refused
   * afterwards. Waits briefly for room.
   *
   * @param bytes total size, with what was promised before
   * @return false if it does not fit
   */
  public boolean promiseAnswer(long bytes) throws Exception {
    return promise.charge(bytes);
  }

  /**
   * A copy without target and header fields, except the Audit-ID, to retain instead of the request.
   */
  HttpRequest bare() {
    HttpHeaders kept = new HttpHeaders().add("Audit-ID", auditId);
    HttpRequest bare = new HttpRequest(method, "/", kept, protocol, remote, null, receivedNanos);
    bare.vouched = vouched;
    return bare;
  }

  /**
   * The same request with another target, for a handler that passes a request on to another. It has
   * the state of this one, and is cancelled with it.
   *
   * @throws IllegalArgumentException if the target is malformed
   */
  public HttpRequest retargeted(String other) {
    HttpRequest request =
        new HttpRequest(method, other, headers, protocol, remote, clientCertificate, receivedNanos);
    request.body = body;
    request.vouched = vouched;
    request.attachment = attachment;
    request.promise = bytes -> promise.charge(bytes);
    onCancel(request::cancel);
    return request;
  }

  /** Marks the peer as authenticated. */
  public void vouch() {
    vouched = true;
  }

  /**
   * Keeps what {@link Handler#precheck} found out for {@link Handler#handle}. The edge does not
   * look at it, and forgets it once the request has a response. What it weighs beyond a few words
   * belongs into {@link Handler#weight}.
   */
  public void attach(Object found) {
    attachment = found;
  }

  /** What {@link #attach} kept, or null. */
  public @Nullable Object attachment() {
    return attachment;
  }

  void dropAttachment() {
    attachment = null;
  }

  /** Whether the peer has authenticated; strangers get less room. */
  boolean vouched() {
    return vouched;
  }

  /**
   * Whether the peer is gone or the server gave up on the request, so that nobody reads the
   * response.
   */
  public boolean cancelled() {
    return cancelled;
  }

  /**
   * Has an action run once when the request is {@linkplain #cancelled cancelled}, or at once if it
   * is already; for a handler that waits for something other than time. It may run on the event
   * loop, so it must be cheap and must not block or throw. It takes the place of an earlier one.
   */
  public void onCancel(Runnable action) {
    onCancel.set(action);
    if (cancelled) {
      runOnCancel();
    }
  }

  void cancel() {
    cancelled = true;
    runOnCancel();
  }

  private void runOnCancel() {
    Runnable action = onCancel.getAndSet(null);
    if (action != null) {
      action.run();
    }
  }

  void setBody(byte[] bytes) {
    body = bytes;
  }
}
