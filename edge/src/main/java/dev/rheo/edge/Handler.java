package dev.rheo.edge;

import java.security.cert.X509Certificate;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Responds to requests, whether they arrive over HTTP/1.1 or HTTP/2.
 *
 * <p>{@link #handle} does not run on the event loop and may block. An {@code ApiException} becomes
 * its Status as JSON. Any other exception becomes a 500 InternalError Status and a line in the log.
 */
@FunctionalInterface
public interface Handler {

  /**
   * Responds to a request that {@link #precheck} let pass and whose body has been read. Runs on a
   * virtual thread of its own; only health checks share a platform thread. Never interrupted: a
   * handler that waits polls {@link HttpRequest#cancelled()}. Requests are not limited in number
   * here, only in memory; a limit on those that run at once is the handler's own.
   */
  HttpResponse handle(HttpRequest request) throws Exception;

  /**
   * Starts what {@link #precheck} has to wait for, such as a check of credentials that takes longer
   * than an event loop may. Until it completes, in whichever way, the request is a stranger's and
   * its body is not read; then precheck is called.
   *
   * <p>Called once for each request that has a valid header. Runs on the event loop; must be cheap,
   * not block and not throw.
   *
   * @return null if there is nothing to wait for
   */
  default @Nullable CompletableFuture<?> prepare(HttpRequest head) {
    return null;
  }

  /**
   * Checks a request whose header is complete and whose body has not arrived, so that a request
   * that will be refused costs no memory for its body. Called once for each request that has a
   * valid header. It decides whose memory the request is charged to: {@link HttpRequest#vouch}
   * marks its peer as authenticated. What else it finds out it keeps with {@link
   * HttpRequest#attach}, so that {@link #handle} need not find it out again.
   *
   * <p>Runs on the event loop; must be cheap and not block. May throw as {@link #handle} does.
   *
   * @return the response to send without reading on, or null to go on
   */
  default @Nullable HttpResponse precheck(HttpRequest head) throws Exception {
    return null;
  }

  /**
   * Whether a client certificate authenticates its owner, so that the connection is a member's.
   * Runs on the event loop; must not throw.
   */
  default boolean knows(X509Certificate certificate) {
    return false;
  }

  /**
   * Heap bytes that the request's attachment and its response retain until the peer has read the
   * response, beyond those of every request. They are charged with the request. Runs on the event
   * loop, after {@link #precheck}; must not throw.
   */
  default long weight(HttpRequest head) {
    return 0;
  }

  /**
   * How the request counts against the limits on concurrent requests. Runs on the event loop; must
   * not throw.
   */
  default RequestClass classify(HttpRequest head) {
    return RequestClass.of(head);
  }
}
