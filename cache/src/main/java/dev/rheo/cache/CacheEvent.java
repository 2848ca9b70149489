package dev.rheo.cache;

import org.jspecify.annotations.Nullable;

/**
 * One change of one object. A creation has no previous version, a deletion no current one. The form
 * to send for a deletion is the previous version's with the event's revision in place of its
 * digits.
 */
public final class CacheEvent {
  private final long revision;
  private final @Nullable Entry current;
  private final @Nullable Entry previous;

  CacheEvent(long revision, @Nullable Entry current, @Nullable Entry previous) {
    this.revision = revision;
    this.current = current;
    this.previous = previous;
  }

  /** The revision of the change; that of a deletion is not found in any version of the object. */
  public long revision() {
    return revision;
  }

  public @Nullable Entry current() {
    return current;
  }

  public @Nullable Entry previous() {
    return previous;
  }
}
