package dev.rheo.client.transport;

import java.io.IOException;
import java.util.Map;

/**
 * The HTTP client of an informer. It knows the server and the credentials, and nothing of lists and
 * watches.
 *
 * <p>An implementation adds what its host client adds to each request: the server's address,
 * authentication, impersonation, headers. It does not retry, does not follow the watch, and does
 * not ask for compression unless it undoes it. Implementations are safe for use by many threads:
 * each informer has one request open.
 */
public interface Transport {

  /**
   * Sends a GET and waits for the answer's header. The body still streams when this returns.
   *
   * @param target the encoded path and query below the server's address, such as {@code
   *     /api/v1/pods?watch=true&resourceVersion=5}
   * @param headers what to send besides the host client's own headers; they replace headers of the
   *     same name
   * @throws java.net.ConnectException if nobody listens there: the informer waits and asks again
   * @throws IOException if there is no answer for another reason
   */
  Answer get(String target, Map<String, String> headers) throws IOException, InterruptedException;

  /**
   * Names the server: scheme, host, port and path prefix. What an informer learns of a server, such
   * as that it refuses watch lists, it remembers by this name.
   */
  String server();
}
