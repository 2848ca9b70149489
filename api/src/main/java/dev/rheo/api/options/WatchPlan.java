package dev.rheo.api.options;

/**
 * How a watch begins.
 *
 * @param start where
 * @param bookmarks whether bookmarks are sent from time to time
 * @param endOfInitialEvents whether a bookmark tells that the initial events are complete
 */
public record WatchPlan(Start start, boolean bookmarks, boolean endOfInitialEvents) {

  /** Where a watch begins. */
  public sealed interface Start {
    /** Whether the state is sent first, as events of type ADDED. */
    default boolean initialEvents() {
      return switch (this) {
        case InitialConsistent _, InitialAny _, InitialNotOlderThan _ -> true;
        case Resume _, FromConsistent _, FromNow _ -> false;
      };
    }
  }

  /** The state that reflects every acknowledged write, then the changes after it. */
  public record InitialConsistent() implements Start {}

  /** The state at hand, then the changes after it. */
  public record InitialAny() implements Start {}

  /** The state at hand once it is as new as {@code revision}, then the changes after it. */
  public record InitialNotOlderThan(long revision) implements Start {}

  /** The changes after {@code revision}, which may not have been reached yet. */
  public record Resume(long revision) implements Start {}

  /** The changes after the store's current revision. */
  public record FromConsistent() implements Start {}

  /** The changes after the state at hand. */
  public record FromNow() implements Start {}
}
