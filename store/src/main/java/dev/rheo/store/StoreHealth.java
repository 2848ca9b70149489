package dev.rheo.store;

/**
 * How a store is.
 *
 * <pre>
 *        a write fails
 *   OK ───────────────▶ UNWRITABLE
 *    ▲                      │
 *    └──────────────────────┘ writing works again
 *
 *   either ──a read, a write or a compaction meets damage──▶ DAMAGED, for good
 * </pre>
 *
 * @param reason why it is not OK, in words that clients may read; empty if it is
 * @param detail the same for whoever runs the store; may name files
 */
public record StoreHealth(Condition condition, String reason, String detail) {
  /** A store that serves everything. */
  public static final StoreHealth OK = new StoreHealth(Condition.OK, "", "");

  /** What can be asked of a store. */
  public enum Condition {
    /** Everything. */
    OK,
    /** Reads; writes are refused until their obstacle is gone, which the store finds out itself. */
    UNWRITABLE,
    /** Reads of what is whole; writes are refused for good. */
    DAMAGED
  }

  public boolean isOk() {
    return condition == Condition.OK;
  }

  public boolean isDamaged() {
    return condition == Condition.DAMAGED;
  }
}
