package dev.rheo.api.options;

/**
 * The state that a list shows. {@code limit} is the number of items after which the list is cut, 0
 * for no limit.
 */
public sealed interface ReadPlan {
  long limit();

  /** A state that reflects every write acknowledged before the request arrived. */
  record Consistent(long limit) implements ReadPlan {}

  /** The current state of the watch cache, however old. */
  record Any() implements ReadPlan {
    /** Upstream ignores the limit here, and clients rely on the complete list. */
    @Override
    public long limit() {
      return 0;
    }
  }

  /** The state of the watch cache once it has reached {@code revision}. */
  record NotOlderThan(long revision, long limit) implements ReadPlan {}

  /** The state as of {@code revision}, or 410. */
  record Exact(long revision, long limit) implements ReadPlan {}

  /**
   * The rest of a list.
   *
   * @param revision the list's, or {@link ContinueToken#LATEST} to continue at the latest revision
   * @param startKey the first key that the rest may contain, relative to the resource's prefix
   */
  record Continue(long revision, String startKey, long limit) implements ReadPlan {}
}
