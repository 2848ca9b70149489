package dev.rheo.client.store;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The changes of a store, in their order, from the position of the slowest reader on. A reader
 * costs a position; what every reader has passed is garbage.
 *
 * <p>A reader that stands still must not keep every version of every object. When the log has
 * become longer than its bound, it is compacted: between two positions, the changes of one key
 * become one, from the state before the first to the state after the last. A reader thus still sees
 * for each key a chain without a gap, only with longer steps. An object that came and went between
 * two positions is not told at all.
 *
 * <pre>
 *   log          a:1→2   b:–→1   a:2→3   a:3→4   b:1→–   c:–→1
 *   readers      ^slow                   ^fast
 *   compacted    b:–→1   a:1→3           a:3→4   b:1→–   c:–→1
 * </pre>
 *
 * <p>After a compaction the log has at most (positions + 1) × (keys + 3) entries. Every method must
 * be called with the store's lock held.
 */
final class ChangeLog {
  /** The shortest length at which the log is compacted. */
  private final int bound;

  private final List<Position> positions = new ArrayList<>();
  private Change tail = new Change(Change.Type.SYNCED, "", null, null, false);
  private int length;
  private int compactAt;
  private long compactions;

  /** Where a reader stands: the last entry that it has taken. */
  static final class Position {
    private Change last;

    /** How many entries have been appended since, before compactions. */
    private long behind;

    private Position(Change last) {
      this.last = last;
    }

    boolean atEnd() {
      return last.next == null;
    }
  }

  ChangeLog(int bound) {
    this.bound = bound;
    this.compactAt = bound;
  }

  /** Opens a position at the end. */
  Position open() {
    Position position = new Position(tail);
    positions.add(position);
    return position;
  }

  void close(Position position) {
    positions.remove(position);
    // Whoever keeps the position must not keep what is appended from now on.
    position.last = new Change(Change.Type.SYNCED, "", null, null, false);
    position.behind = 0;
    if (positions.isEmpty()) {
      length = 0;
    }
  }

  void append(Change change) {
    if (positions.isEmpty()) {
      // Nobody reads: the entry would be garbage at once.
      return;
    }
    tail.next = change;
    tail = change;
    for (int i = 0; i < positions.size(); i++) {
      positions.get(i).behind++;
    }
    if (++length > compactAt) {
      compact();
    }
  }

  /** Takes the next entry; null at the end. */
  @Nullable Change take(Position position) {
    Change next = position.last.next;
    if (next != null) {
      position.last = next;
      position.behind--;
    }
    return next;
  }

  /** How many entries the reader has not taken. */
  long behind(Position position) {
    return position.behind;
  }

  /** How many entries the slowest reader has not taken. */
  long length() {
    long most = 0;
    for (Position position : positions) {
      most = Math.max(most, position.behind);
    }
    return most;
  }

  long compactions() {
    return compactions;
  }

  private void compact() {
    Position slowest = positions.get(0);
    for (Position position : positions) {
      if (position.behind > slowest.behind) {
        slowest = position;
      }
    }
    if (slowest.behind <= bound) {
      // The entries that made the log long have been taken since.
      length = (int) slowest.behind;
      compactAt = length + bound;
      return;
    }
    Map<Change, List<Position>> stands = new IdentityHashMap<>();
    for (Position position : positions) {
      stands.computeIfAbsent(position.last, any -> new ArrayList<>()).add(position);
    }
    Change first = slowest.last;
    Change end = first;
    Map<String, Change> segment = new LinkedHashMap<>();
    int kept = 0;
    List<Position> reached = new ArrayList<>(stands.getOrDefault(first, List.of()));
    Map<Position, Integer> keptBefore = new IdentityHashMap<>();
    for (Position position : reached) {
      keptBefore.put(position, 0);
    }
    Change firstMark = null;
    Change lastMark = null;
    for (Change at = first.next; at != null; at = at.next) {
      if (at.ofObject()) {
        merge(segment, at);
      } else if (at.type != Change.Type.SYNCED) {
        firstMark = firstMark == null ? at : firstMark;
        lastMark = at;
      }
      List<Position> here = stands.get(at);
      if (at.type == Change.Type.SYNCED || here != null || at.next == null) {
        // Several rounds of listing become one.
        if (firstMark != null && firstMark.type == Change.Type.LISTING) {
          end = link(end, firstMark);
          kept++;
        }
        for (Change change : segment.values()) {
          end = link(end, change);
          kept++;
        }
        if (lastMark != null && lastMark.type == Change.Type.LISTED) {
          end = link(end, lastMark);
          kept++;
        }
        segment.clear();
        firstMark = null;
        lastMark = null;
        if (at.type == Change.Type.SYNCED) {
          end = link(end, new Change(at.type, at.key, null, null, at.flag));
          kept++;
        }
        for (Position position : here == null ? List.<Position>of() : here) {
          position.last = end;
          keptBefore.put(position, kept);
        }
      }
    }
    end.next = null;
    tail = end;
    for (Position position : positions) {
      position.behind = kept - keptBefore.getOrDefault(position, 0);
    }
    length = kept;
    compactAt = Math.max(bound, 2 * kept);
    compactions++;
  }

  private static Change link(Change end, Change change) {
    Change copy = new Change(change.type, change.key, change.before, change.object, change.flag);
    end.next = copy;
    return copy;
  }

  /** Adds a change to those of a segment; the entry of its key moves to the end. */
  private static void merge(Map<String, Change> segment, Change later) {
    Change earlier = segment.remove(later.key);
    if (earlier == null) {
      segment.put(later.key, later);
      return;
    }
    boolean existed = earlier.before != null;
    boolean exists = later.type != Change.Type.DELETE;
    if (existed && exists) {
      segment.put(
          later.key,
          new Change(Change.Type.UPDATE, later.key, earlier.before, later.object, false));
    } else if (existed) {
      segment.put(
          later.key,
          new Change(Change.Type.DELETE, later.key, earlier.before, later.object, later.flag));
    } else if (exists) {
      segment.put(
          later.key, new Change(Change.Type.ADD, later.key, null, later.object, earlier.flag));
    }
  }
}
