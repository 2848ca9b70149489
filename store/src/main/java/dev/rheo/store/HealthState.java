package dev.rheo.store;

import dev.rheo.store.StoreException.Fault;
import dev.rheo.store.StoreHealth.Condition;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/** Where the {@link StoreHealth} of one store is kept, and its changes are logged. Thread-safe. */
final class HealthState {
  private static final System.Logger LOG = System.getLogger(HealthState.class.getName());

  private volatile Runnable unwritable = () -> {};
  private volatile StoreHealth health = StoreHealth.OK;
  private volatile @Nullable StoreException damage;

  StoreHealth get() {
    return health;
  }

  /**
   * @param action run when writing begins to fail; must be short and not call back
   */
  void onUnwritable(Runnable action) {
    unwritable = action;
  }

  /** What was found damaged first, or null. */
  @Nullable StoreException damage() {
    return damage;
  }

  /** Takes note of a fault; one that is passing changes nothing. */
  synchronized void met(StoreException e) {
    Condition before = health.condition();
    String detail = String.valueOf(e.getMessage());
    if (before == Condition.DAMAGED || e.fault() == Fault.PASSING) {
      return;
    }
    if (e.fault() == Fault.DAMAGED) {
      damage = e;
      health = new StoreHealth(Condition.DAMAGED, e.reason(), detail);
      LOG.log(
          Level.ERROR,
          "Nothing is written any more, reads go on where they can: {0}. Stop the server and restore"
              + " its data directory from a copy.",
          detail);
      return;
    }
    health = new StoreHealth(Condition.UNWRITABLE, e.reason(), detail);
    if (before == Condition.OK) {
      unwritable.run();
      LOG.log(Level.WARNING, "Nothing can be written, which is tried again and again: {0}", detail);
    }
  }

  /** A write works. */
  void writable() {
    if (health.isOk()) {
      return;
    }
    synchronized (this) {
      if (health.condition() == Condition.UNWRITABLE) {
        health = StoreHealth.OK;
      }
    }
  }
}
