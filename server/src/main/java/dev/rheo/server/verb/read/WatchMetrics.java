package dev.rheo.server.verb.read;

/** What one watch tells of itself while it runs. Called on its event loop. */
public interface WatchMetrics {
  /** An event of an object of so many bytes begins to be written. */
  void event(int bytes);

  /** The initial events are written. */
  void initialDone();

  void ended();
}
