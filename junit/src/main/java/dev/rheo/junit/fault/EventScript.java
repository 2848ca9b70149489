package dev.rheo.junit.fault;

/** Decides on the events of one watch. Used by one thread at a time. */
interface EventScript {

  /** What happens at a place of the stream. */
  enum Verdict {
    /** Nothing. */
    PASS,
    /** The event is left out. Only before one. */
    DROP,
    /** The connection breaks. */
    CUT,
    /** The stream ends as a watch does whose time is over. */
    END,
    /** An ERROR event says that the history is gone, and the stream ends. */
    EXPIRE,
    /** Nothing is sent any more. */
    STALL
  }

  /** Before the first byte. */
  default Verdict atStart() {
    return Verdict.PASS;
  }

  /**
   * @param bookmark whether it is one
   * @param endsInitial whether it is the one that ends the initial events
   */
  default Verdict before(boolean bookmark, boolean endsInitial) {
    return Verdict.PASS;
  }

  default Verdict after(boolean bookmark) {
    return Verdict.PASS;
  }
}
