package dev.rheo.server.verb.read;

/**
 * Counts one watch. Called on the watch's event loop; {@link #ended} may be called on any thread.
 */
public interface WatchMetrics {
  /**
   * An event begins to be written.
   *
   * @param bytes the size of its object
   */
  void event(int bytes);

  /** All initial events are written. */
  void initialDone();

  void ended();
}
