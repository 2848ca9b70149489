package dev.rheo.store;

import dev.rheo.store.RevisionStore.Batch;
import dev.rheo.store.RevisionStore.Event;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A buffer of the most recent changes, so that a watch at the head does not read from the engine.
 * It is bounded in bytes; older changes are read from the log.
 *
 * <p>Thread-safe.
 */
final class Tail {
  /** The estimated heap bytes of an event besides its key and value. */
  private static final int EVENT_OVERHEAD = 128;

  private final long budget;
  private final ArrayDeque<Commit> commits = new ArrayDeque<>();
  private long bytes;

  record Commit(long revision, List<Event> events, long bytes) {
    static Commit of(long revision, List<Event> events) {
      long bytes = EVENT_OVERHEAD;
      for (Event event : events) {
        bytes += size(event);
      }
      return new Commit(revision, events, bytes);
    }
  }

  Tail(long budget) {
    this.budget = budget;
  }

  static long size(Event event) {
    byte[] value = event.value();
    return EVENT_OVERHEAD + 2L * event.key().length() + (value == null ? 0 : value.length);
  }

  /** Adds a commit, whose revision must follow the last one's. */
  synchronized void add(Commit commit) {
    commits.add(commit);
    bytes += commit.bytes();
    while (bytes > budget) {
      bytes -= commits.remove().bytes();
    }
  }

  synchronized void clear() {
    commits.clear();
    bytes = 0;
  }

  synchronized long bytes() {
    return bytes;
  }

  /**
   * The changes of a key range from a revision to another, or to where the batch is full. Null if
   * the buffer does not have the first revision.
   */
  synchronized @Nullable Batch read(KeyRange range, long from, long to) {
    if (commits.isEmpty() || commits.element().revision() > from) {
      return null;
    }
    List<Event> matching = new ArrayList<>();
    long size = 0;
    long last = from - 1;
    for (Commit commit : since(from)) {
      if (commit.revision() > to || size > ChangeLog.BATCH_BYTES) {
        break;
      }
      for (Event event : commit.events()) {
        if (range.contains(event.key())) {
          matching.add(event);
          size += size(event);
        }
      }
      last = commit.revision();
    }
    return last < from ? null : new Batch(matching, last);
  }

  /** The commits from a revision on, found from the newest one: a watch is rarely far behind. */
  private Deque<Commit> since(long from) {
    Deque<Commit> since = new ArrayDeque<>();
    Iterator<Commit> backwards = commits.descendingIterator();
    while (backwards.hasNext()) {
      Commit commit = backwards.next();
      if (commit.revision() < from) {
        break;
      }
      since.push(commit);
    }
    return since;
  }
}
