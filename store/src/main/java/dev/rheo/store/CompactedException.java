package dev.rheo.store;

/** The revision asked for is no longer retained. */
public final class CompactedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final long compacted;

  public CompactedException(long revision, long compacted) {
    super(
        "revision %d is compacted: the lowest that can be read is %d"
            .formatted(revision, compacted),
        null,
        false,
        false);
    this.compacted = compacted;
  }

  /** The lowest revision that can be read. */
  public long compacted() {
    return compacted;
  }
}
