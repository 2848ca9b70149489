package dev.rheo.store;

import dev.rheo.store.StoreException.Fault;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;

/**
 * Lets calls into the engine while it is open, and lets it be exchanged for another when no call is
 * inside: a native object that is used after its closing takes the process with it.
 *
 * <p>Thread-safe.
 */
final class Gate {
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private final HealthState health;
  private @Nullable Engine engine;

  /** Why there is no engine. */
  private StoreException absent = new StoreException("the store is not open");

  Gate(Engine engine, HealthState health) {
    this.engine = engine;
    this.health = health;
  }

  interface Call<T> {
    T with(Engine engine) throws RocksDBException, StoreException;
  }

  interface Opening {
    Engine open() throws StoreException;
  }

  /** Runs a call that keeps no native object beyond its end. */
  <T> T call(String what, Call<T> call) throws StoreException {
    lock.readLock().lock();
    try {
      Engine present = engine;
      if (present == null) {
        throw absent.again();
      }
      return call.with(present);
    } catch (RocksDBException e) {
      throw noted(Engine.failure(Fault.PASSING, what, e, false));
    } catch (StoreException e) {
      throw noted(e);
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Damage is the store's, whoever meets it. */
  private StoreException noted(StoreException e) {
    if (e.fault() == Fault.DAMAGED) {
      health.met(e);
    }
    return e;
  }

  /** Why nothing can be written, or null. */
  @Nullable StoreException fault() {
    lock.readLock().lock();
    try {
      Engine present = engine;
      return present == null ? absent : present.fault();
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Closes the engine and opens another; without one, calls are refused with the reason. */
  void exchange(Opening opening) throws StoreException {
    lock.writeLock().lock();
    try {
      close(new StoreException("the store is being opened again"));
      engine = opening.open();
    } catch (StoreException e) {
      absent = e;
      throw e;
    } finally {
      lock.writeLock().unlock();
    }
  }

  void close(StoreException reason) {
    lock.writeLock().lock();
    try {
      absent = reason;
      if (engine != null) {
        engine.close();
        engine = null;
      }
    } finally {
      lock.writeLock().unlock();
    }
  }
}
