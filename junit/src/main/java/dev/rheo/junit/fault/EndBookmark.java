package dev.rheo.junit.fault;

/** Leaves out the bookmark that ends the initial events of a watch list. */
final class EndBookmark implements EventScript {
  @Override
  public Verdict before(boolean bookmark, boolean endsInitial) {
    return endsInitial ? Verdict.DROP : Verdict.PASS;
  }
}
