package dev.rheo.store;

/**
 * The keys in {@code [start, end)}. An empty start lies before the first key, an empty end after
 * the last one.
 */
record KeyRange(String start, String end) {
  KeyRange {
    Keys.utf8(start);
    Keys.utf8(end);
  }

  boolean contains(String key) {
    return Keys.ORDER.compare(key, start) >= 0
        && (end.isEmpty() || Keys.ORDER.compare(key, end) < 0);
  }

  boolean isEmpty() {
    return !end.isEmpty() && Keys.ORDER.compare(start, end) >= 0;
  }
}
