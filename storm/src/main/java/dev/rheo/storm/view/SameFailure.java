package dev.rheo.storm.view;

import dev.rheo.storm.result.Failure;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Readers that failed in the same way at the same place. One fault of the server often hits most
 * readers.
 *
 * @param readers numbers of the readers, ascending
 * @param what kind, place and message
 */
record SameFailure(List<Integer> readers, String what) {

  /** Most readers or ranges of readers that are named. */
  private static final int NAMED = 6;

  SameFailure {
    readers = List.copyOf(readers);
  }

  /** Groups failures, in the order of the first reader of each group. */
  static List<SameFailure> of(List<Failure> failures) {
    Map<String, List<Integer>> readers = new LinkedHashMap<>();
    for (Failure failure : failures) {
      readers.computeIfAbsent(describe(failure), what -> new ArrayList<>()).add(failure.reader());
    }
    return readers.entrySet().stream()
        .map(entry -> new SameFailure(entry.getValue(), entry.getKey()))
        .toList();
  }

  /** Names the readers, for example {@code reader 3} or {@code readers 0–7, 12}. */
  String who() {
    List<String> ranges = new ArrayList<>();
    for (int from = 0; from < readers.size(); ) {
      int to = from;
      while (to + 1 < readers.size() && readers.get(to + 1) == readers.get(to) + 1) {
        to++;
      }
      ranges.add(from == to ? "" + readers.get(from) : readers.get(from) + "–" + readers.get(to));
      from = to + 1;
    }
    String named = String.join(", ", ranges.subList(0, Math.min(NAMED, ranges.size())));
    return (readers.size() == 1 ? "reader " : "readers ")
        + named
        + (ranges.size() > NAMED ? " and others" : "");
  }

  private static String describe(Failure failure) {
    String kind = failure.kind().name().toLowerCase(Locale.ROOT);
    String where = failure.where().isEmpty() ? "" : " (" + failure.where() + ")";
    return kind + where + ": " + failure.message();
  }
}
