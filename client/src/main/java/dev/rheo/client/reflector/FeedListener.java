package dev.rheo.client.reflector;

/** Is told what goes on in a {@link Feed}. Called by the feed's thread; must not block. */
public interface FeedListener {

  /** A request ended otherwise than well, or was refused; the feed goes on by itself. */
  default void failed(ReflectorState state, End end) {}

  /** An object could not be read. The store keeps what it had of it. */
  default void unreadable(String key, Exception why) {}

  /** The store has become complete, for the first time or again. */
  default void complete(String resourceVersion, int swept) {}
}
