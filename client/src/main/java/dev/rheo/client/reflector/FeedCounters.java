package dev.rheo.client.reflector;

import java.util.concurrent.atomic.LongAdder;

/** What a feed has done. Counts only grow. Safe for use by many threads. */
public final class FeedCounters {
  final LongAdder watchLists = new LongAdder();
  final LongAdder lists = new LongAdder();
  final LongAdder watches = new LongAdder();
  final LongAdder differences = new LongAdder();
  final LongAdder events = new LongAdder();
  final LongAdder bytes = new LongAdder();
  final LongAdder unchanged = new LongAdder();
  final LongAdder swept = new LongAdder();
  final LongAdder unreadable = new LongAdder();
  final LongAdder failures = new LongAdder();

  /** Watch lists that were asked for. */
  public long watchLists() {
    return watchLists.sum();
  }

  /** Pages of lists that were asked for. */
  public long lists() {
    return lists.sum();
  }

  /** Watches that were asked for. */
  public long watches() {
    return watches.sum();
  }

  /** Watch lists that a server answered with a difference. */
  public long differences() {
    return differences.sum();
  }

  /** Events and items that came. */
  public long events() {
    return events.sum();
  }

  /** Bytes of objects that came. */
  public long bytes() {
    return bytes.sum();
  }

  /** Objects that a list or initial events named in the state that the store had. */
  public long unchanged() {
    return unchanged.sum();
  }

  /** Objects whose deletion was found by a list. */
  public long swept() {
    return swept.sum();
  }

  /** Objects that could not be read. */
  public long unreadable() {
    return unreadable.sum();
  }

  /** Requests that ended otherwise than well. */
  public long failures() {
    return failures.sum();
  }
}
