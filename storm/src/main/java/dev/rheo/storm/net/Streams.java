package dev.rheo.storm.net;

/** Sends requests whose responses are streamed. Thread-safe. */
public interface Streams extends AutoCloseable {

  /**
   * Sends a GET.
   *
   * @param path path and query, relative to the server's base path
   * @param accept value of the {@code Accept} header
   * @param starting receives the stream, on its event loop, before any part of the response
   * @param handler receives the response
   */
  void get(
      String path,
      String accept,
      java.util.function.Consumer<Stream> starting,
      StreamHandler handler);

  /** Closes all connections. */
  @Override
  void close();
}
