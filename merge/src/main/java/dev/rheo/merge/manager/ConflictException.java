package dev.rheo.merge.manager;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** An applied configuration would change fields of other managers, and is not forced to. */
public final class ConflictException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<Conflict> conflicts;

  ConflictException(List<Conflict> conflicts) {
    super(message(conflicts));
    this.conflicts = List.copyOf(conflicts);
  }

  /** Sorted by manager, then by path; at least one. */
  public List<Conflict> conflicts() {
    return conflicts;
  }

  private static String message(List<Conflict> conflicts) {
    if (conflicts.size() == 1) {
      Conflict only = conflicts.getFirst();
      return "Apply failed with 1 conflict: conflict with " + only.manager() + ": " + only.path();
    }
    Map<ManagerId, List<String>> paths = new TreeMap<>();
    for (Conflict conflict : conflicts) {
      paths
          .computeIfAbsent(conflict.manager(), any -> new ArrayList<>())
          .add("- " + conflict.path());
    }
    List<String> lines = new ArrayList<>();
    paths.forEach(
        (manager, of) -> {
          lines.add("conflicts with " + manager + ":");
          lines.addAll(of);
        });
    return "Apply failed with " + conflicts.size() + " conflicts: " + String.join("\n", lines);
  }
}
