package dev.rheo.store.etcd;

import java.util.function.BiConsumer;

/**
 * How far etcd is known to be. A linearizable answer is of a revision and of a term of Raft that
 * are at least those that were known before it was asked for. If one is lower, etcd's data is no
 * longer what it was: it was restored from an earlier backup.
 *
 * <p>A restored etcd that is already further than it was known to be is noticed by its term, which
 * begins anew when {@code etcdutl snapshot restore} makes its data.
 *
 * <p>Thread-safe.
 */
final class Progress {
  /**
   * What is known.
   *
   * @param times how often etcd has gone back
   */
  record Known(long revision, long term, int times) {}

  private final BiConsumer<Known, Messages.Header> wentBack;
  private Known known = new Known(0, 0, 0);

  /**
   * @param wentBack told what was known, and what etcd says now; called once for each time
   */
  Progress(BiConsumer<Known, Messages.Header> wentBack) {
    this.wentBack = wentBack;
  }

  /** To be remembered before a linearizable answer is asked for. */
  synchronized Known now() {
    return known;
  }

  /**
   * Such an answer has come.
   *
   * @param before what was known when it was asked for
   * @return whether it is of the history that was known then
   */
  synchronized boolean answered(Messages.Header header, Known before) {
    if (before.times() != known.times()) {
      return false;
    }
    if (header.revision() >= before.revision() && header.term() >= before.term()) {
      known =
          new Known(
              Math.max(known.revision(), header.revision()),
              Math.max(known.term(), header.term()),
              known.times());
      return true;
    }
    Known old = known;
    known = new Known(header.revision(), header.term(), known.times() + 1);
    // Under the lock: nobody learns of the new history before its name is there.
    wentBack.accept(old, header);
    return false;
  }

  /** A watch has told of a revision, while what was known is of the same history. */
  synchronized void told(long revision, int times) {
    if (times == known.times() && revision > known.revision()) {
      known = new Known(revision, known.term(), times);
    }
  }
}
