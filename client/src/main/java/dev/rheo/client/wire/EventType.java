package dev.rheo.client.wire;

/** What a watch tells of an object. */
public enum EventType {
  ADDED,
  MODIFIED,
  DELETED,
  /** Tells a resource version; the object is otherwise empty. */
  BOOKMARK,
  /** Ends the watch; the object is a Status. */
  ERROR
}
