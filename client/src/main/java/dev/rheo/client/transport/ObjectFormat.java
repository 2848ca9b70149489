package dev.rheo.client.transport;

import java.io.IOException;

/**
 * How a host client reads and writes objects of one type. Safe for use by many threads.
 *
 * @param <T> the host client's class for the objects
 */
public interface ObjectFormat<T> {

  /**
   * Reads one object in JSON. The bytes are the caller's, and other bytes afterwards: keep none of
   * them.
   *
   * @throws IOException if the bytes are not such an object
   */
  T decode(byte[] bytes, int offset, int length) throws IOException;

  /** Writes an object in JSON. Called only where a changed object is kept as bytes. */
  byte[] encode(T object) throws IOException;
}
