package dev.rheo.client.reflector;

/** Where a {@link Reflector} is. Its table of transitions stands there. */
public enum ReflectorState {
  /** The initial events of a watch list go into the store. */
  WATCH_LIST,
  /** The watch list's end bookmark has come; the same stream goes on with live events. */
  SYNCED,
  /** A watch from the last known version. */
  WATCH,
  /** The pages of a list go into the store. */
  LIST,
  /** Nothing is asked for a while. */
  BACKOFF,
  /** The end. */
  STOPPED
}
