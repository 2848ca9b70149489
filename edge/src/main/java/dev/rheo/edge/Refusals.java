package dev.rheo.edge;

import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.Status;
import org.jspecify.annotations.Nullable;

/** Refusals as responses. */
public final class Refusals {

  private static final System.Logger LOG = System.getLogger(Refusals.class.getName());

  private Refusals() {}

  /** What is answered to a request whose handling threw. */
  static HttpResponse of(HttpRequest request, Throwable thrown) {
    if (thrown instanceof ApiException refusal) {
      return of(refusal.status());
    }
    LOG.log(
        System.Logger.Level.ERROR,
        request.method() + " " + request.rawPath() + " failed, Audit-Id " + request.auditId(),
        thrown);
    // What went wrong inside is for the log, not for whoever asked.
    return of(ApiException.internalError("see the server's log").status());
  }

  /** A refusal with what it says of when to come again. */
  public static HttpResponse of(Status status) {
    return of(status, "application/json", status.toJson());
  }

  /** The same in another media type. */
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
    // Upstream's words for a request that found no seat.
    return of(
        ApiException.tooManyRequests("too many requests, please try again later.", 1).status());
  }

  /**
   * What is answered, whatever there is to serve, because of the form that the request has.
   *
   * @return null for a request like others
   */
  static @Nullable HttpResponse ofForm(String method, String target) {
    if (method.equals("OPTIONS") && target.equals("*")) {
      // RFC 9110 §9.3.7, and Go's server: a ping, so to say.
      return HttpResponse.empty(200);
    }
    if (method.equals("CONNECT")) {
      // Its target is no path. What follows is meant for somebody else.
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
