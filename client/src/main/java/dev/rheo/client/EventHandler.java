package dev.rheo.client;

/**
 * Is told what changes in an informer's store. Calls come one after the other, in the order of the
 * changes of each object, on a thread of the informer's executor. A handler may take its time: it
 * delays no other handler and not the informer.
 *
 * <p>For each object a handler sees a chain without a gap: the {@code before} of an update is what
 * it was told last. If a handler is many changes behind, several changes of an object are told as
 * one.
 *
 * @param <T> the class of the objects. They are shared with the store unless it keeps bytes: do not
 *     change them
 */
public interface EventHandler<T> {

  /**
   * There is a new object.
   *
   * @param initial whether it was there already when the informer was started or the handler added
   */
  default void onAdd(T object, boolean initial) {}

  /** An object has changed. At a resync both are the same object. */
  default void onUpdate(T before, T object) {}

  /**
   * An object is gone.
   *
   * @param object its last state
   * @param lastKnown whether the deletion itself was missed and found by a list, so that {@code
   *     object} is the state that was known last and may be older than the one that was deleted
   */
  default void onDelete(T object, boolean lastKnown) {}

  /**
   * A list or a watch list begins, for the first time or again. It is not told again if it is tried
   * again.
   */
  default void onListing() {}

  /**
   * A list or a watch list has been read to its end, and all that it changed has been told.
   *
   * @param resourceVersion the version of the store then
   * @param empty whether the store was empty before and is so now
   */
  default void onListed(String resourceVersion, boolean empty) {}

  /** The handler has been told all objects that were there at the start. */
  default void onSynced() {}
}
