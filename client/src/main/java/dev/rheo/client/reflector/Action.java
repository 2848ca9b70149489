package dev.rheo.client.reflector;

/** What a reflector wants done with the store because of an event. */
public enum Action {
  /** Put the object and mark it. */
  PUT,
  /** Delete the object. */
  DELETE,
  /** Mark the keys that the bookmark names. */
  MARK,
  /** Delete what is not marked: the round has ended. */
  SWEEP,
  /** Nothing. */
  IGNORE
}
