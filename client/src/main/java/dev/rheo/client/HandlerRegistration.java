package dev.rheo.client;

/** A handler that has been added to an informer. Safe for use by many threads. */
public interface HandlerRegistration extends AutoCloseable {

  /** Whether the handler has been told all objects that were there at the start. */
  boolean hasSynced();

  /** How many changes the handler has not been told yet. */
  long behind();

  /** Removes the handler. A call that is under way goes on; no other follows. */
  @Override
  void close();
}
