package dev.rheo.api.options;

/**
 * How a watch begins.
 *
 * @param start where the watch begins
 * @param bookmarks whether bookmarks are sent from time to time
 * @param endOfInitialEvents whether a bookmark marks the end of the initial events
 */
public record WatchPlan(Start start, boolean bookmarks, boolean endOfInitialEvents) {

  /** Where a watch begins. */
  public sealed interface Start {
    /** Whether the watch sends initial events: the state as events of type ADDED. */
    default boolean initialEvents() {
      return switch (this) {
        case InitialConsistent _, InitialAny _, InitialNotOlderThan _ -> true;
        case Resume _, FromConsistent _, FromNow _ -> false;
      };
    }
  }

  /** The state that reflects every acknowledged write, then the changes after it. */
  public record InitialConsistent() implements Start {}

  /** The current state of the watch cache, then the changes after it. */
  public record InitialAny() implements Start {}

  /**
   * The state of the watch cache once it has reached {@code revision}, then the changes after it.
   */
  public record InitialNotOlderThan(long revision) implements Start {}

  /** The changes after {@code revision}, which the store may not have reached yet. */
  public record Resume(long revision) implements Start {}

  /** The changes after the store's current revision. */
  public record FromConsistent() implements Start {}

  /** The changes after the current state of the watch cache. */
  public record FromNow() implements Start {}
}
