package dev.rheo.api.options;

/**
 * Which state a list shows. {@code limit} is the number of items after which the list is cut, 0 if
 * it is not.
 */
public sealed interface ReadPlan {
  long limit();

  /** A state that reflects every write acknowledged before the request came. */
  record Consistent(long limit) implements ReadPlan {}

  /** The state at hand, whichever it is. */
  record Any() implements ReadPlan {
    /** Upstream ignores the limit here, and so clients rely on getting everything. */
    @Override
    public long limit() {
      return 0;
    }
  }

  /** The state at hand once it is as new as {@code revision}. */
  record NotOlderThan(long revision, long limit) implements ReadPlan {}

  /** The state as of {@code revision}, or 410. */
  record Exact(long revision, long limit) implements ReadPlan {}

  /**
   * The rest of a list.
   *
   * @param revision the list's, or {@link ContinueToken#LATEST} for the rest of a consistent list
   *     of now
   * @param startKey the first key that may come, relative to the resource's prefix
   */
  record Continue(long revision, String startKey, long limit) implements ReadPlan {}
}
