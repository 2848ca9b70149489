package dev.rheo.client.transport;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * An answer whose body may still be on its way.
 *
 * <p>Reading the body is what makes more of it come: an implementation holds no more than a bounded
 * part of it in memory. One thread reads; any thread may close.
 */
public interface Answer extends AutoCloseable {

  /** The HTTP status. */
  int status();

  /** The first value of a header, by its name in any case. */
  Optional<String> header(String name);

  /**
   * The body, decoded of any content encoding. A read blocks until there is a byte, the body ends,
   * or the answer is closed. A connection that breaks is an {@link IOException}, never an end.
   */
  InputStream body();

  /**
   * Ends the exchange and frees its connection. A read that waits ends with an {@link IOException}.
   */
  @Override
  void close();
}
