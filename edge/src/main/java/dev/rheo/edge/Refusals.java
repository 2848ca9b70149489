package dev.rheo.edge;

import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.Status;
import org.jspecify.annotations.Nullable;

/** Refusals as responses. */
public final class Refusals {

  private static final System.Logger LOG = System.getLogger(Refusals.class.getName());

  private Refusals() {}

  /** The response to a request whose handling threw. */
  static HttpResponse of(HttpRequest request, Throwable thrown) {
    if (thrown instanceof ApiException refusal) {
      return of(refusal.status());
    }
    LOG.log(
        System.Logger.Level.ERROR,
        request.method() + " " + request.rawPath() + " failed, Audit-Id " + request.auditId(),
        thrown);
    // Details of internal errors go to the log, not to the client.
    return of(ApiException.internalError("see the server's log").status());
  }

  /** A Status as JSON, with {@code Retry-After} where the Status has it. */
  public static HttpResponse of(Status status) {
    return of(status, "application/json", status.toJson());
  }

  /**
   * The same in another media type.
   *
   * @param encoded the Status in that media type
   */
  public static HttpResponse of(Status status, String contentType, byte[] encoded) {
    HttpResponse response =
        HttpResponse.bytes(status.code(), contentType, encoded)
            .header("X-Content-Type-Options", "nosniff");
    if (status.retryAfterSeconds() > 0) {
      response.header("Retry-After", Integer.toString(status.retryAfterSeconds()));
    }
    return response;
  }

  static HttpResponse tooManyRequests() {
    // Upstream's message for a request that got no seat.
    return of(
        ApiException.tooManyRequests("too many requests, please try again later.", 1).status());
  }

  /** The response to a body that would have room in a server with fewer objects. */
  static HttpResponse tooManyObjects() {
    return of(
        ApiException.tooManyRequests(
                "the server holds so many objects that its memory has no room for this body now:"
                    + " delete some, or start it with more --max-memory",
                1)
            .status());
  }

  /**
   * The response to a request of special form, whatever the resources served.
   *
   * @return null for an ordinary request
   */
  static @Nullable HttpResponse ofForm(String method, String target) {
    if (method.equals("OPTIONS") && target.equals("*")) {
      // RFC 9110 §9.3.7, as Go's server: serves as a ping.
      return HttpResponse.empty(200);
    }
    if (method.equals("CONNECT")) {
      // Its target is not a path, and what follows is meant for another server.
      return of(ApiException.methodNotAllowed().status());
    }
    return null;
  }

  static HttpResponse badRequest(String message) {
    return of(ApiException.badRequest(message).status());
  }

  static HttpResponse targetTooLong() {
    return of(Status.failure(414, "RequestURITooLong", "the request target is too long", null));
  }

  static HttpResponse headerTooLarge() {
    return of(
        Status.failure(
            431, "RequestHeaderFieldsTooLarge", "the header fields are too large", null));
  }

  static HttpResponse unsupportedVersion() {
    return of(
        Status.failure(
            505, "HTTPVersionNotSupported", "HTTP/1.1 and HTTP/2 are what is spoken here", null));
  }

  static HttpResponse bodyTooLarge(int limit) {
    return of(ApiException.requestEntityTooLarge("limit is " + limit).status());
  }

  static HttpResponse bodyTimeout() {
    return of(Status.failure(408, "Timeout", "the request body did not arrive in time", null));
  }
}
