package dev.rheo.junit.fault;

/** Disturbs a stream after a number of events. Bookmarks do not count. */
final class AfterEvents implements EventScript {
  private final Verdict verdict;
  private final boolean initialOnly;
  private long left;
  private boolean over;

  /**
   * @param events how many pass
   * @param initialOnly whether it happens within the initial events only: not after the bookmark
   *     that ends them
   */
  AfterEvents(Verdict verdict, long events, boolean initialOnly) {
    this.verdict = verdict;
    this.left = events;
    this.initialOnly = initialOnly;
  }

  @Override
  public Verdict atStart() {
    return left == 0 ? verdict : Verdict.PASS;
  }

  @Override
  public Verdict before(boolean bookmark, boolean endsInitial) {
    over |= endsInitial && initialOnly;
    return Verdict.PASS;
  }

  @Override
  public Verdict after(boolean bookmark) {
    return !over && !bookmark && --left == 0 ? verdict : Verdict.PASS;
  }
}
