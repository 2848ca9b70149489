package dev.rheo.store;

/**
 * The health of a store.
 *
 * <pre>
 *        a write fails
 *   OK ───────────────▶ UNWRITABLE
 *    ▲                      │
 *    └──────────────────────┘ writing works again
 *
 *   either ──a read, a write or a compaction meets damage──▶ DAMAGED, permanently
 * </pre>
 *
 * @param reason why the store is not OK, in words for clients; empty if it is OK
 * @param detail the same for the operator; may name files
 */
public record StoreHealth(Condition condition, String reason, String detail) {
  /** The health of a store that serves reads and writes. */
  public static final StoreHealth OK = new StoreHealth(Condition.OK, "", "");

  /** What a store can serve. */
  public enum Condition {
    /** Reads and writes. */
    OK,
    /** Reads. Writes are refused until they work again, which the store tries by itself. */
    UNWRITABLE,
    /** Reads of intact data. Writes are refused permanently. */
    DAMAGED
  }

  public boolean isOk() {
    return condition == Condition.OK;
  }

  public boolean isDamaged() {
    return condition == Condition.DAMAGED;
  }
}
