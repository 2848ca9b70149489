package dev.rheo.resource.rules.workload;

import dev.rheo.api.status.Excerpt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Lists of the indexes of a job, in intervals: {@code 0-3,7}. */
final class Indexes {
  /** What is wrong with a list, in upstream's words. */
  static final class FaultException extends Exception {
    private static final long serialVersionUID = 1;

    FaultException(String message) {
      super(message);
    }
  }

  private record Interval(long from, long to) {}

  /** The intervals of a list from its start on; those that are not valid can be passed over. */
  private static final class Cursor {
    private final String list;
    private final long completions;
    private int next;
    private @Nullable Interval valid;

    Cursor(String list, long completions) {
      this.list = list;
      this.completions = completions;
    }

    boolean hasNext() {
      return next <= list.length();
    }

    Interval next() throws FaultException {
      int comma = list.indexOf(',', next);
      int end = comma < 0 ? list.length() : comma;
      String interval = list.substring(next, end);
      next = end + 1;
      return interval(interval, completions);
    }

    /** Goes on to the next valid interval; null after the last. */
    @Nullable Interval nextValid() {
      valid = null;
      while (valid == null && hasNext()) {
        try {
          valid = next();
        } catch (FaultException e) {
          // it has been reported where the list itself is checked
          continue;
        }
      }
      return valid;
    }
  }

  private Indexes() {}

  /**
   * The number of indexes in a list.
   *
   * @param completions all indexes are below it
   */
  static long count(String list, long completions) throws FaultException {
    if (list.isEmpty()) {
      return 0;
    }
    long total = 0;
    long last = -1;
    Cursor cursor = new Cursor(list, completions);
    while (cursor.hasNext()) {
      Interval interval = cursor.next();
      if (total > 0 && last >= interval.from) {
        throw notIncreasing(last, interval.from);
      }
      total += interval.to - interval.from + 1;
      last = interval.to;
    }
    return total;
  }

  /** An index that is in both lists; -1 if there is none. Intervals that are not valid are none. */
  static long overlap(String one, String other, long completions) {
    if (one.isEmpty() || other.isEmpty()) {
      return -1;
    }
    Cursor ones = new Cursor(one, completions);
    Cursor others = new Cursor(other, completions);
    Interval a = ones.nextValid();
    Interval b = others.nextValid();
    while (a != null && b != null) {
      if (a.from <= b.to && b.from <= a.to) {
        return Math.max(a.from, b.from);
      }
      if (a.from <= b.from) {
        a = ones.nextValid();
      } else {
        b = others.nextValid();
      }
    }
    return -1;
  }

  private static Interval interval(String text, long completions) throws FaultException {
    int dash = text.indexOf('-');
    if (dash >= 0 && text.indexOf('-', dash + 1) >= 0) {
      throw new FaultException(
          "the fragment "
              + Excerpt.quoted(text)
              + " violates the requirement that an index interval can have at most two parts"
              + " separated by '-'");
    }
    long from = index(dash < 0 ? text : text.substring(0, dash), completions);
    if (dash < 0) {
      return new Interval(from, from);
    }
    long to = index(text.substring(dash + 1), completions);
    if (from >= to) {
      throw notIncreasing(from, to);
    }
    return new Interval(from, to);
  }

  private static long index(String text, long completions) throws FaultException {
    OptionalLong index = GoNumbers.parse(text);
    if (index.isEmpty()) {
      throw new FaultException(
          "cannot convert string to integer for index: " + Excerpt.quoted(text));
    }
    if (index.getAsLong() >= completions) {
      throw new FaultException("too large index: " + Excerpt.quoted(text));
    }
    return index.getAsLong();
  }

  private static FaultException notIncreasing(long before, long now) {
    return new FaultException("non-increasing order, previous: " + before + ", current: " + now);
  }
}
