package dev.rheo.client.store;

/** Takes what a {@link Reader} reads. Called by one thread at a time. */
public interface Receiver<T> {

  /**
   * There is a new object.
   *
   * @param initial whether it belongs to what was there when the receiver was added, or when the
   *     store was filled
   */
  void added(T object, boolean initial);

  /**
   * An object has changed; both are the same object if the receiver asked to be told again
   * (resync).
   */
  void updated(T before, T object);

  /**
   * An object is gone.
   *
   * @param lastKnown whether the deletion was found by a list, so that {@code object} is the state
   *     known last and not the one in which it was deleted
   */
  void deleted(T object, boolean lastKnown);

  /**
   * All that the store had when it was complete first, or when the receiver was added, has been
   * told.
   */
  void synced();

  /** A list or a watch list begins, which is not a further try of one that has not ended. */
  default void listing() {}

  /**
   * A list or a watch list has been read to its end, and all that it changed has been told.
   *
   * @param version the version of the store
   * @param empty whether the store was empty before and is so now
   */
  default void listed(String version, boolean empty) {}

  /** Takes what the receiver itself has thrown. The reader goes on. */
  void failed(Throwable fault);
}
