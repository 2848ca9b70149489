package dev.rheo.cache;

import dev.rheo.cache.History.Change;
import dev.rheo.simulation.BrokenPromise;
import java.io.IOException;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The promises of the cache, one method each, which is told what a reader saw. A promise that is
 * not kept ends the simulation with the method's name.
 */
final class Invariants {
  /** Simulated time within which what was requested or has happened must have its effect. */
  static final long PROMPT = 60_000_000_000L;

  private final SimulatedWorld world;

  Invariants(SimulatedWorld world) {
    this.world = world;
  }

  private static void check(String invariant, boolean holds, Supplier<String> detail) {
    if (!holds) {
      throw new BrokenPromise(invariant, detail.get());
    }
  }

  /** A reader gets events in the order of the commits, none twice, and none that never happened. */
  void eventsStrictlyIncreasing(Watcher watcher, CacheEvent event, int index) {
    check(
        "eventsStrictlyIncreasing",
        index > watcher.last,
        () -> event.revision() + " is change " + index + ", after change " + watcher.last);
  }

  /** A reader gets every change of its scope, unless it is told that it lost its position. */
  void noGapWithoutStatus(Watcher watcher, int upTo, String saw) {
    for (int i = watcher.last + 1; i < upTo; i++) {
      Change change = watcher.history.changes.get(i);
      check(
          "noGapWithoutStatus",
          !change.admitted(watcher.scope),
          () -> watcher + " " + saw + ", but got nothing of " + change);
    }
  }

  void onlyEventsInScope(Watcher watcher, Change change) {
    check("onlyEventsInScope", change.admitted(watcher.scope), () -> watcher + " got " + change);
  }

  /**
   * An event has the versions before and after the change.
   *
   * @param form as the reader read it; null if there is no entry
   */
  void eventsCarryBothVersions(Change change, @Nullable String expected, @Nullable String form) {
    check(
        "eventsCarryBothVersions",
        java.util.Objects.equals(expected, form),
        () -> form + " in " + change);
  }

  /** The initial events of a watch list, or a list, are exactly the state at the revision told. */
  void initialEventsAreStateAtR(
      History history, Snapshot snapshot, Map<String, String> forms, String when) {
    Map<String, String> expected = history.at(snapshot.revision());
    check(
        "initialEventsAreStateAtR",
        forms.equals(expected) && snapshot.size() == expected.size(),
        () -> when + " at " + snapshot.revision() + ": " + forms + " instead of " + expected);
  }

  /** What a list holds does not change, whatever happens to the cache. */
  void heldSnapshotsDoNotChange(Map<String, String> before, Map<String, String> now) {
    check("heldSnapshotsDoNotChange", before.equals(now), () -> now + " instead of " + before);
  }

  /** A consistent read reflects every write that was acknowledged before it began. */
  void freshReadSeesAcknowledged(long acknowledged, Snapshot snapshot) {
    check(
        "freshReadSeesAcknowledged",
        snapshot.revision() >= acknowledged,
        () -> acknowledged + " was acknowledged, the read saw " + snapshot.revision());
  }

  /** A wait for a revision ends in time, unless the store or the disk was in the way. */
  void waitsEndInTime(boolean reached, long revision, long since) {
    check(
        "waitsEndInTime",
        reached || !world.calmSince(since),
        () -> "waited for " + revision + ", the cache is at " + world.cache.revision());
  }

  /** The revision that the cache reports only grows. */
  void revisionNeverDecreases(long before, long now) {
    check("revisionNeverDecreases", now >= before, () -> now + " after " + before);
  }

  /**
   * A position is lost only if the store compacted it, or if it is older than the history that the
   * budgets may not touch.
   *
   * @param floor the lowest position that the reader was told is left
   */
  void lossOnlyIfCompacted(long position, long floor) {
    long compacted = world.store.compactedRevision();
    long old = world.revisionBefore(world.settings.minHistory().toNanos());
    check(
        "lossOnlyIfCompacted",
        position < floor && floor <= Math.max(1, Math.max(compacted, old)),
        () ->
            "position %d lost to %d, though compaction is at %d and old history ends at %d"
                .formatted(position, floor, compacted, old));
  }

  /**
   * A reader gets an I/O error only if a system call failed on its behalf.
   *
   * @param since the failed calls when the reader's request began
   */
  void noErrorWithoutFault(IOException e, long since) {
    if (world.disk.faults == since) {
      BrokenPromise broken = new BrokenPromise("noErrorWithoutFault", e.toString());
      broken.initCause(e);
      throw broken;
    }
  }

  /** A reader that waits is woken soon after a change in its scope is routed. */
  void everyEventWakesItsReader(Watcher watcher) {
    check(
        "everyEventWakesItsReader",
        watcher.woken || !watcher.isOverdue(),
        () -> watcher + " sleeps through " + watcher.expected());
  }

  /** Who asked for a load or a form is told when it is there, or has failed. */
  void requestsAreAnswered(boolean answered, String request) {
    check("requestsAreAnswered", answered, () -> "nobody answered " + request);
  }

  /** A derived form is a function of the object's version. */
  void formIsAFunctionOfItsVersion(Entry entry, String expected, String form) {
    check(
        "formIsAFunctionOfItsVersion",
        expected.equals(form),
        () -> entry + ": " + form + " instead of " + expected);
  }

  /** Everything that can grow stays within its budget. */
  void budgetsHold(CacheStats stats) {
    CacheSettings settings = world.settings;
    CacheStats.Forms forms = stats.forms();
    check(
        "budgetsHold",
        stats.historyBytes() >= 0
            && forms.bytes() >= 0
            && forms.count() >= 0
            && forms.bytes() <= settings.formDiskBytes()
            && forms.heapBytes() <= settings.formHeapBytes()
            && stats.snapshotBytes() <= settings.snapshotBytes() + SimulatedWorld.SNAPSHOT_COST,
        stats::toString);
  }

  /** When all is quiet, nothing is kept for readers that have left or for history that is gone. */
  void spoolReleased(CacheStats stats, long liveBytes, int forms) {
    CacheSettings settings = world.settings;
    // What needs more than 30 % of its segment need not be cleaned; two segments are being written.
    long linked = stats.spoolBytes() - stats.unlinkedBytes();
    long atMost = liveBytes * 100 / 30 + 2L * settings.segmentBytes();
    check(
        "spoolReleased",
        stats.waitingReaders() == 0
            && stats.pendingLoads() == 0
            && stats.forms().pending() == 0
            && stats.forms().count() == forms
            && stats.historyBytes() == 0
            && stats.liveBytes() == liveBytes
            && linked <= atMost,
        () -> "%d live, %d linked, %d forms: %s".formatted(liveBytes, linked, forms, stats));
  }
}
