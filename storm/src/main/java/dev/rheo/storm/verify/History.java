package dev.rheo.storm.verify;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * All changes in the order of their revisions, with digests to check readers that keep nothing but
 * a digest. A digest is the exclusive or of {@code mix(object, revision)}, over the objects as of a
 * revision or over the changes up to it. Immutable.
 */
public final class History {
  private final long[] revisions;
  private final int[] objects;

  /** Digest of the objects' state, by the number of changes applied. */
  private final long[] states;

  /** Digest of the changes, by the number of changes applied. */
  private final long[] events;

  private final long[] created;

  History(long[] created, long[] changeRevisions, int[] changeObjects) {
    int[] order =
        IntStream.range(0, changeRevisions.length)
            .boxed()
            .sorted(Comparator.comparingLong(i -> changeRevisions[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    this.created = created;
    this.revisions = new long[order.length];
    this.objects = new int[order.length];
    this.states = new long[order.length + 1];
    this.events = new long[order.length + 1];
    long[] current = created.clone();
    long state = 0;
    for (int i = 0; i < current.length; i++) {
      state ^= digest(i, current[i]);
    }
    states[0] = state;
    for (int k = 0; k < order.length; k++) {
      int object = changeObjects[order[k]];
      long revision = changeRevisions[order[k]];
      revisions[k] = revision;
      objects[k] = object;
      states[k + 1] = states[k] ^ digest(object, current[object]) ^ digest(object, revision);
      events[k + 1] = events[k] ^ digest(object, revision);
      current[object] = revision;
    }
  }

  static long digest(int object, long revision) {
    return Mix.of(revision, object);
  }

  long stateAt(long revision) {
    return states[upTo(revision)];
  }

  /** Returns the number of changes after a revision. */
  int changesAfter(long revision) {
    return revisions.length - upTo(revision);
  }

  long digestAfter(long revision) {
    return events[upTo(revision)] ^ events[revisions.length];
  }

  /** Returns the revision that an object had before this one. */
  long before(int object, long revision) {
    for (int k = upTo(revision - 1) - 1; k >= 0; k--) {
      if (objects[k] == object) {
        return revisions[k];
      }
    }
    return created[object];
  }

  /** Returns the number of changes with at most this revision. */
  private int upTo(long revision) {
    int at = Arrays.binarySearch(revisions, revision);
    return at >= 0 ? at + 1 : -at - 1;
  }
}
