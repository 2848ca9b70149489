package dev.rheo.cache;

/**
 * Work budget of one turn on a thread that others share. All loops of the turn, however nested,
 * draw on the same budget, so that their bounds do not multiply.
 *
 * <p>A unit is the cost of examining an entry in memory, some 100 ns. Before each piece of work the
 * caller checks {@link #isSpent}, then charges the cost with {@link #spend}. The last piece may
 * cost more than is left, so that every turn makes progress.
 *
 * <p>Not thread-safe: confined to the thread that has the turn.
 */
public final class WorkBudget {
  /** Cost of an event whose versions are read from the spool and decoded. */
  static final int DECODING = 32;

  private int left;

  /**
   * @param units budget of the first turn
   */
  public WorkBudget(int units) {
    left = units;
  }

  /** Begins a new turn. */
  public void renew(int units) {
    left = units;
  }

  public void spend(int units) {
    left -= units;
  }

  public boolean isSpent() {
    return left <= 0;
  }
}
