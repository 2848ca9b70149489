package dev.rheo.server.verb.watch;

/**
 * Counts one watch. Called on the watch's event loop; {@link #ended} may be called on any thread.
 */
public interface WatchMetrics {
  /**
   * Initial events begin.
   *
   * @param difference whether those that the client holds are left out
   */
  public void initial(boolean difference);

  /** Objects that the client holds are named instead of sent. */
  public void unchanged(int objects);

  /**
   * An event begins to be written.
   *
   * @param bytes the size of its object
   * @param initial whether it is an initial event: a part of the state, not a change
   */
  public void event(int bytes, boolean initial);

  /** A change was passed over only because its object lies in another shard. */
  public void ofAnotherShard();

  /** All initial events are written. */
  public void initialDone();

  public void ended();
}
