package dev.rheo.storm.net;

/** Sends requests whose answers are read as they come. Thread-safe. */
public interface Streams extends AutoCloseable {

  /**
   * Sends a GET.
   *
   * @param path path and query, below the server's own path
   * @param accept the media type to ask for
   * @param starting is told the stream before anything of the answer, on its event loop
   * @param handler gets the answer
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
