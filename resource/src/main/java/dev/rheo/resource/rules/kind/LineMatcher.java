package dev.rheo.resource.rules.kind;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the lines that two texts have in common, as Python's difflib and its port to Go do: the
 * longest run first, then those before and after it.
 */
final class LineMatcher {
  /** From this number of lines on, those that occur often begin no run, which bounds the time. */
  private static final int MANY = 200;

  /** Lines that are equal: {@code size} from {@code a} on and from {@code b} on. */
  record Match(int a, int b, int size) {}

  private final List<String> a;
  private final List<String> b;

  /** Where a line is in {@link #b}. */
  private final Map<String, List<Integer>> places = new HashMap<>();

  private final List<Match> found = new ArrayList<>();

  private LineMatcher(List<String> a, List<String> b) {
    this.a = a;
    this.b = b;
    for (int i = 0; i < b.size(); i++) {
      places.computeIfAbsent(b.get(i), any -> new ArrayList<>()).add(i);
    }
    if (b.size() >= MANY) {
      places.values().removeIf(each -> each.size() > b.size() / 100 + 1);
    }
  }

  /** The runs of equal lines in their order; the last one is empty, at the end of both. */
  static List<Match> matches(List<String> a, List<String> b) {
    LineMatcher matcher = new LineMatcher(a, b);
    matcher.find(0, a.size(), 0, b.size());
    List<Match> joined = new ArrayList<>();
    Match last = new Match(0, 0, 0);
    for (Match match : matcher.found) {
      if (last.a + last.size == match.a && last.b + last.size == match.b) {
        last = new Match(last.a, last.b, last.size + match.size);
      } else {
        if (last.size > 0) {
          joined.add(last);
        }
        last = match;
      }
    }
    if (last.size > 0) {
      joined.add(last);
    }
    joined.add(new Match(a.size(), b.size(), 0));
    return joined;
  }

  private void find(int aFrom, int aTo, int bFrom, int bTo) {
    Match match = longest(aFrom, aTo, bFrom, bTo);
    if (match.size == 0) {
      return;
    }
    if (aFrom < match.a && bFrom < match.b) {
      find(aFrom, match.a, bFrom, match.b);
    }
    found.add(match);
    if (match.a + match.size < aTo && match.b + match.size < bTo) {
      find(match.a + match.size, aTo, match.b + match.size, bTo);
    }
  }

  private Match longest(int aFrom, int aTo, int bFrom, int bTo) {
    int bestA = aFrom;
    int bestB = bFrom;
    int best = 0;
    Map<Integer, Integer> lengths = Map.of();
    for (int i = aFrom; i < aTo; i++) {
      Map<Integer, Integer> next = new HashMap<>();
      for (int j : places.getOrDefault(a.get(i), List.of())) {
        if (j >= bFrom && j < bTo) {
          int length = lengths.getOrDefault(j - 1, 0) + 1;
          next.put(j, length);
          if (length > best) {
            bestA = i - length + 1;
            bestB = j - length + 1;
            best = length;
          }
        }
      }
      lengths = next;
    }
    // frequent lines begin no run, but belong to one that they are next to
    while (bestA > aFrom && bestB > bFrom && a.get(bestA - 1).equals(b.get(bestB - 1))) {
      bestA--;
      bestB--;
      best++;
    }
    while (bestA + best < aTo
        && bestB + best < bTo
        && a.get(bestA + best).equals(b.get(bestB + best))) {
      best++;
    }
    return new Match(bestA, bestB, best);
  }
}
