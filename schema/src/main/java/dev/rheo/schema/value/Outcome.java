package dev.rheo.schema.value;

import java.util.ArrayList;
import java.util.List;

/**
 * What is found of a value: faults, and how many checks it passed, by which the alternative is
 * chosen that a value comes nearest to. Not thread-safe.
 */
final class Outcome {
  /** No answer tells more; the first ones are kept. */
  private static final int MAX_FAULTS = 1000;

  private List<Fault> faults = List.of();
  private int passed;

  void add(Fault fault) {
    if (faults.isEmpty()) {
      faults = new ArrayList<>();
    }
    if (faults.size() < MAX_FAULTS) {
      faults.add(fault);
    }
  }

  void pass() {
    passed++;
  }

  void merge(Outcome other) {
    other.faults.forEach(this::add);
    passed += other.passed;
  }

  boolean isValid() {
    return faults.isEmpty();
  }

  int size() {
    return faults.size();
  }

  /** Drops the faults from that one on. */
  void truncate(int size) {
    if (size < faults.size()) {
      faults.subList(size, faults.size()).clear();
    }
  }

  int passed() {
    return passed;
  }

  List<Fault> faults() {
    return faults;
  }
}
