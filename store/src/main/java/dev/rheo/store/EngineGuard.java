package dev.rheo.store;

import dev.rheo.store.StoreException.Fault;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;

/**
 * Guards the engine: it is closed or exchanged only while no call uses it, because the use of a
 * closed native object crashes the process.
 *
 * <p>A call may block on the disk, so a pool thread makes the calls of virtual threads. A virtual
 * thread parks while it waits for the lock or the pool, and pins no carrier thread.
 *
 * <p>Thread-safe.
 */
final class EngineGuard {
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private final PlatformPool threads;
  private final HealthState health;
  private @Nullable Engine engine;

  /** Why there is no engine, if there is none. */
  private StoreException absent = new StoreException("the store is not open");

  /**
   * @param threads makes the calls of virtual threads
   * @param health is told of damage
   */
  EngineGuard(Engine engine, PlatformPool threads, HealthState health) {
    this.engine = engine;
    this.threads = threads;
    this.health = health;
  }

  interface Call<T> {
    T with(Engine engine) throws RocksDBException, StoreException;
  }

  /** A read, which must use the given options. */
  interface ReadCall<T> {
    T with(Engine engine, ReadOptions options) throws RocksDBException, StoreException;
  }

  /** Runs a call, which must not keep a native object after it returns. */
  <T> T call(String what, Call<T> call) throws StoreException {
    lock.readLock().lock();
    try {
      return away(what, present(), call);
    } finally {
      lock.readLock().unlock();
    }
  }

  /** A figure that the engine returns without waiting for the disk. */
  interface Figure {
    long of(Engine engine);
  }

  /** Reads a figure in the caller's thread, virtual or not. */
  long onTheSpot(Figure figure) throws StoreException {
    lock.readLock().lock();
    try {
      return figure.of(present());
    } finally {
      lock.readLock().unlock();
    }
  }

  /**
   * Runs a read, which must not keep a native object after it returns. A virtual thread first reads
   * from memory only, which saves two thread switches; if that does not suffice, a pool thread
   * repeats the read.
   */
  <T> T read(String what, ReadCall<T> read) throws StoreException {
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

  /** Runs a call through the pool; the caller holds the read lock until it is done. */
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

  /** Reports damage to the store's health, whichever call met it. */
  private StoreException noted(StoreException e) {
    if (e.fault() == Fault.DAMAGED) {
      health.met(e);
    }
    return e;
  }

  /** The fault that prevents writing, or null. */
  @Nullable StoreException fault() {
    lock.readLock().lock();
    try {
      Engine present = engine;
      return present == null ? absent : present.fault();
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Closes the engine and opens another. If that fails, calls are refused with its failure. */
  void exchange(Engine.Opening opening) throws StoreException {
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
