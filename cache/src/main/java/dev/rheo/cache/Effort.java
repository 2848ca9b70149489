package dev.rheo.cache;

/**
 * How much one turn may look at before others have theirs: one allowance for all that is done in
 * the turn, however its loops are nested, so that their bounds do not multiply.
 *
 * <p>A unit is what looking at an entry in memory costs, some 100 ns. Whoever is about to look at
 * something asks {@link #isSpent} first and says what it costs by {@link #spend}; the last one may
 * cost more than is left, so that each turn comes forward.
 *
 * <p>Not thread-safe: it belongs to whoever has the turn.
 */
public final class Effort {
  /** An event whose versions are read from the spool and decoded. */
  static final int DECODING = 32;

  private int left;

  /**
   * @param units for the first turn
   */
  public Effort(int units) {
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
