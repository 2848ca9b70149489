package dev.rheo.edge;

import java.security.cert.X509Certificate;
import org.jspecify.annotations.Nullable;

/**
 * What answers requests. One handler serves HTTP/1.1 and HTTP/2 alike.
 *
 * <p>{@link #handle} runs on a virtual thread of its own, so it is written straight-line and may
 * block. An {@code ApiException} becomes its Status as JSON; any other exception becomes a 500
 * InternalError Status and a line in the log.
 */
@FunctionalInterface
public interface Handler {

  /**
   * Answers a request whose body has been read. Runs on a virtual thread; is never interrupted: a
   * handler that waits asks {@link HttpRequest#cancelled()}.
   */
  HttpResponse handle(HttpRequest request) throws Exception;

  /**
   * Looks at a request whose header is complete and whose body is still to come, so that what will
   * be refused anyway costs no memory. Runs on the event loop: cheap, never blocking. May throw as
   * {@link #handle} does.
   *
   * @return the answer to send instead of reading on, or null to go on
   */
  default @Nullable HttpResponse precheck(HttpRequest head) throws Exception {
    return null;
  }

  /**
   * Whether a client certificate shows who its owner is, so that the connection is no stranger's.
   * Runs on the event loop; must not throw.
   */
  default boolean knows(X509Certificate certificate) {
    return false;
  }

  /**
   * What answering keeps on the heap, beside what every request does, for as long as the peer
   * reads: it is charged with the request. In bytes. Runs on the event loop; must not throw.
   */
  default long weight(HttpRequest head) {
    return 0;
  }

  /** How the request counts against the limits. Runs on the event loop; must not throw. */
  default RequestClass classify(HttpRequest head) {
    return RequestClass.of(head);
  }
}
