package dev.rheo.store;

import dev.rheo.store.StoreException.Fault;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;

/**
 * Lets calls into the engine while it is open, and lets it be exchanged for another when no call is
 * inside: a native object that is used after its closing takes the process with it.
 *
 * <p>A call may wait for the disk. One from a virtual thread is therefore made by a thread of a
 * pool: the virtual thread parks, here and before the gate, and keeps no carrier.
 *
 * <p>Thread-safe.
 */
final class Gate {
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private final PlatformPool threads;
  private final HealthState health;
  private @Nullable Engine engine;

  /** Why there is no engine. */
  private StoreException absent = new StoreException("the store is not open");

  /**
   * @param threads make the calls of virtual threads
   * @param health told of damage
   */
  Gate(Engine engine, PlatformPool threads, HealthState health) {
    this.engine = engine;
    this.threads = threads;
    this.health = health;
  }

  interface Call<T> {
    T with(Engine engine) throws RocksDBException, StoreException;
  }

  /** A read, of what the options admit. */
  interface Read<T> {
    T with(Engine engine, ReadOptions options) throws RocksDBException, StoreException;
  }

  interface Opening {
    Engine open() throws StoreException;
  }

  /** Runs a call that keeps no native object beyond its end. */
  <T> T call(String what, Call<T> call) throws StoreException {
    lock.readLock().lock();
    try {
      return away(what, present(), call);
    } finally {
      lock.readLock().unlock();
    }
  }

  /** What is asked of an engine that never waits for the disk. */
  interface Figure {
    long of(Engine engine);
  }

  /** Asks the engine in the caller's thread, whichever that is. */
  long onTheSpot(Figure figure) throws StoreException {
    lock.readLock().lock();
    try {
      return figure.of(present());
    } finally {
      lock.readLock().unlock();
    }
  }

  /**
   * Runs a read that keeps no native object beyond its end. A virtual thread makes it itself if all
   * that it needs is in memory, which spares two switches of threads.
   */
  <T> T read(String what, Read<T> read) throws StoreException {
    lock.readLock().lock();
    try {
      Engine present = present();
      if (Thread.currentThread().isVirtual()) {
        try {
          return read.with(present, present.inMemory);
        } catch (RocksDBException e) {
          if (!Engine.isIncomplete(e)) {
            throw noted(Engine.failure(Fault.PASSING, what, e, false));
          }
        } catch (StoreException e) {
          throw noted(e);
        }
      }
      return away(what, present, engine -> read.with(engine, engine.cached));
    } finally {
      lock.readLock().unlock();
    }
  }

  private Engine present() throws StoreException {
    Engine present = engine;
    if (present == null) {
      throw absent.again();
    }
    return present;
  }

  /** The caller holds the lock as long as the pool is at work. */
  private <T> T away(String what, Engine present, Call<T> call) throws StoreException {
    return threads.call(
        () -> {
          try {
            return call.with(present);
          } catch (RocksDBException e) {
            throw noted(Engine.failure(Fault.PASSING, what, e, false));
          } catch (StoreException e) {
            throw noted(e);
          }
        });
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
