package dev.rheo.junit.fault;

/** Leaves out the bookmark that ends the initial events: the first one of a watch list. */
final class EndBookmark implements EventScript {
  private boolean seen;

  @Override
  public Verdict before(boolean bookmark) {
    boolean end = bookmark && !seen;
    seen |= bookmark;
    return end ? Verdict.DROP : Verdict.PASS;
  }
}
