package dev.rheo.edge;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A handler's response: a status, header fields, and either bytes or a {@link Body} to draw from.
 * The edge adds {@code Date}, {@code Audit-Id}, {@code Cache-Control} and the framing fields
 * itself. A response is used once.
 */
public final class HttpResponse {

  private static final int SWITCHING_PROTOCOLS = 101;

  /** The last that has three digits: other servers may answer with a status that means nothing. */
  private static final int LAST_STATUS = 999;

  /** The length of a body that is drawn until its end. */
  private static final long UNKNOWN = -1;

  private static final byte[] NO_BYTES = {};

  private static final DateTimeFormatter HTTP_DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT);

  private final int status;
  private final HttpHeaders headers = new HttpHeaders();
  private final byte @Nullable [] bytes;
  private final @Nullable Body body;
  private final boolean longRunning;
  private final long length;

  private HttpResponse(
      int status, byte @Nullable [] bytes, @Nullable Body body, boolean longRunning, long length) {
    if ((status < 200 && status != SWITCHING_PROTOCOLS) || status > LAST_STATUS) {
      throw new IllegalArgumentException("not a final status: " + status);
    }
    this.status = status;
    this.bytes = bytes;
    this.body = body;
    this.longRunning = longRunning;
    this.length = length;
  }

  /** A fully buffered response, sent with a Content-Length. The array is not copied. */
  public static HttpResponse bytes(int status, String contentType, byte[] bytes) {
    HttpResponse response = new HttpResponse(status, bytes, null, false, bytes.length);
    return response.header("Content-Type", contentType);
  }

  /**
   * A finite response of unknown length, drawn as the peer reads. A peer that reads nothing for
   * {@link EdgeSettings.Timeouts#stalledResponse} is cut off. The edge closes the body exactly
   * once, even if it never draws from it.
   */
  public static HttpResponse streaming(int status, String contentType, Body body) {
    HttpResponse response = new HttpResponse(status, null, body, false, UNKNOWN);
    return response.header("Content-Type", contentType);
  }

  /**
   * As {@link #streaming}, for a body without a natural end, such as a watch. Its peer may stall
   * for {@link EdgeSettings.Timeouts#stalledWatch}, and a draining server asks it to {@link
   * Body#finish()}.
   */
  public static HttpResponse longRunning(int status, String contentType, Body body) {
    HttpResponse response = new HttpResponse(status, null, body, true, UNKNOWN);
    return response.header("Content-Type", contentType);
  }

  /**
   * A response of another server, passed on as it comes. Its header fields, {@code Content-Type}
   * included, are those that are added.
   *
   * @param length of the body, or -1 if it is unknown; the body must then have this length
   * @param longRunning as of {@link #longRunning}
   */
  public static HttpResponse relayed(int status, long length, Body body, boolean longRunning) {
    return new HttpResponse(status, null, body, longRunning, length);
  }

  /**
   * A response that switches an HTTP/1.1 connection to another protocol, which only the peers
   * understand. The header fields must say to which.
   */
  public static HttpResponse tunnel(Tunnel tunnel) {
    return switching(tunnel);
  }

  /** A response that switches the connection to the protocol of the body's bytes. */
  static HttpResponse switching(Body body) {
    return new HttpResponse(SWITCHING_PROTOCOLS, null, body, true, UNKNOWN);
  }

  /** A response without a body (304, or a redirect). */
  public static HttpResponse empty(int status) {
    return new HttpResponse(status, NO_BYTES, null, false, 0);
  }

  /** Sets a header field; returns this. */
  public HttpResponse header(String name, String value) {
    headers.set(name, value);
    return this;
  }

  public int status() {
    return status;
  }

  public HttpHeaders headers() {
    return headers;
  }

  /** The bytes, or null if there is a {@link #body()}. */
  public byte @Nullable [] bytes() {
    return bytes;
  }

  /** The body to draw from, or null if there are {@link #bytes()}. */
  public @Nullable Body body() {
    return body;
  }

  /** The length of the body; -1 if it is not known before its end. */
  long length() {
    return length;
  }

  public boolean isLongRunning() {
    return longRunning;
  }

  /**
   * The same response with another body, of unknown length, for a handler that wraps the response
   * of another. The other body closes that of this one.
   */
  public HttpResponse withBody(Body other) {
    HttpResponse response = new HttpResponse(status, null, other, longRunning, UNKNOWN);
    headers.forEach(response.headers::add);
    return response;
  }

  /** What the response is drawn from, whichever it has. */
  public Body source() {
    return body != null ? body : new BytesBody(bytes == null ? NO_BYTES : bytes);
  }

  /** The header fields, with those that every response has. */
  HttpHeaders completed(String auditId, Instant now) {
    HttpHeaders all = new HttpHeaders();
    if (!headers.contains("Audit-Id")) {
      all.add("Audit-Id", auditId);
    }
    if (!headers.contains("Cache-Control")) {
      all.add("Cache-Control", "no-cache, private");
    }
    headers.forEach(all::add);
    if (!headers.contains("Date")) {
      all.add("Date", HTTP_DATE.format(now.atOffset(ZoneOffset.UTC)));
    }
    return all;
  }

  /** Closes the body of a response that is not drawn. */
  void discard() {
    if (body != null) {
      try {
        body.close();
      } catch (RuntimeException e) {
        Pump.LOG.log(System.Logger.Level.ERROR, "closing a response body failed", e);
      }
    }
  }
}
