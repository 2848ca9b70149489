package dev.rheo.store;

import dev.rheo.store.RevisionStore.Event;
import dev.rheo.store.RevisionStore.KeyValue;
import dev.rheo.store.RevisionStore.Op;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** A reference model of a store: a full copy of the state at every revision. */
final class Oracle {
  /** The states by revision; those of revisions 0 and 1 are empty. */
  private final List<TreeMap<String, KeyValue>> states = new ArrayList<>();

  private final List<List<Event>> events = new ArrayList<>();
  long compacted;

  Oracle() {
    for (int i = 0; i < 2; i++) {
      states.add(new TreeMap<>());
      events.add(List.of());
    }
  }

  long current() {
    return states.size() - 1;
  }

  TreeMap<String, KeyValue> state(long revision) {
    return states.get((int) revision);
  }

  /** The first key whose expectation fails, or null if the commit would succeed. */
  String conflict(List<Op> ops) {
    for (Op op : ops) {
      KeyValue present = state(current()).get(op.key());
      long actual = present == null ? 0 : present.modRevision();
      if ((op instanceof Op.Delete && actual == 0)
          || (op.expected() != Op.ANY && op.expected() != actual)) {
        return op.key();
      }
    }
    return null;
  }

  long commit(List<Op> ops) {
    if (ops.stream().allMatch(Op.Check.class::isInstance)) {
      return current();
    }
    TreeMap<String, KeyValue> next = new TreeMap<>(state(current()));
    long revision = states.size();
    List<Event> changes = new ArrayList<>();
    for (Op op : ops) {
      switch (op) {
        case Op.Put put -> {
          KeyValue before = next.get(put.key());
          long created = before == null ? revision : before.createRevision();
          next.put(put.key(), new KeyValue(put.key(), put.value(), created, revision));
          changes.add(new Event(put.key(), put.value(), created, revision));
        }
        case Op.Delete delete -> {
          next.remove(delete.key());
          changes.add(new Event(delete.key(), null, 0, revision));
        }
        case Op.Check _ -> {}
      }
    }
    states.add(next);
    events.add(changes);
    return revision;
  }

  List<Event> events(String start, String end, long from, long to) {
    List<Event> found = new ArrayList<>();
    for (long revision = from; revision <= to; revision++) {
      for (Event event : events.get((int) revision)) {
        if (event.key().compareTo(start) >= 0
            && (end.isEmpty() || event.key().compareTo(end) < 0)) {
          found.add(event);
        }
      }
    }
    return found;
  }

  List<KeyValue> range(String start, String end, long revision) {
    return state(revision).tailMap(start, true).values().stream()
        .filter(kv -> end.isEmpty() || kv.key().compareTo(end) < 0)
        .toList();
  }
}
