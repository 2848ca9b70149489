package dev.rheo.server.snapshot;

import dev.rheo.store.StoreException;

/** Keeps the store from changing while it is moved elsewhere. Thread-safe. */
public interface Freezing {
  /**
   * From now on all writes are refused. Of a store that others cannot write to, this outlasts the
   * server.
   *
   * @return the revision that the store stays at
   */
  long freeze() throws StoreException;

  /**
   * Lets writes be made again.
   *
   * @return the store's revision
   */
  long thaw() throws StoreException;
}
