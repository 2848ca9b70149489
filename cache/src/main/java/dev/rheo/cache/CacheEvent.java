package dev.rheo.cache;

import org.jspecify.annotations.Nullable;

/**
 * One change of one object. A creation has no previous version, a deletion no current one. A
 * deletion is sent as the previous version's form with the event's revision as its resourceVersion.
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

  /** The revision of the change. That of a deletion is not the revision of any version. */
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
