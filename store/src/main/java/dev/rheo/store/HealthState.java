package dev.rheo.store;

import dev.rheo.store.StoreException.Fault;
import dev.rheo.store.StoreHealth.Condition;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/** Keeps the {@link StoreHealth} of one store and logs when it gets worse. Thread-safe. */
final class HealthState {
  private static final System.Logger LOG = System.getLogger(HealthState.class.getName());

  private volatile Runnable unwritable = () -> {};
  private volatile StoreHealth health = StoreHealth.OK;
  private volatile @Nullable StoreException damage;

  StoreHealth get() {
    return health;
  }

  /**
   * @param action runs when writes begin to fail; must be short and must not call this object
   */
  void onUnwritable(Runnable action) {
    unwritable = action;
  }

  /** The first damage that was found, or null. */
  @Nullable StoreException damage() {
    return damage;
  }

  /** Records a fault. A {@link Fault#PASSING} one changes nothing. */
  synchronized void met(StoreException e) {
    Condition before = health.condition();
    String detail = String.valueOf(e.getMessage());
    if (before == Condition.DAMAGED || e.fault() == Fault.PASSING) {
      return;
    }
    if (e.fault() == Fault.DAMAGED) {
      damage = e;
      health = new StoreHealth(Condition.DAMAGED, e.reason(), detail);
      say(
          Level.ERROR,
          "Nothing is written any more, reads go on where they can: %s. Stop the server and restore"
              + " its data directory from a copy.",
          detail);
      return;
    }
    health = new StoreHealth(Condition.UNWRITABLE, e.reason(), detail);
    if (before == Condition.OK) {
      unwritable.run();
      say(Level.WARNING, "Nothing can be written; it is tried again and again: %s", detail);
    }
  }

  /** Records that writes work. */
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

  private static void say(Level level, String message, String detail) {
    SafeLog.log(LOG, level, message.formatted(detail), null);
  }
}
