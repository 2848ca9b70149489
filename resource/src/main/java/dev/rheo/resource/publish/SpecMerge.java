package dev.rheo.resource.publish;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Decides how the definitions of extension API servers come into one document with this server's
 * own: the same definition is written once, for the kinds of all; another one of the same name gets
 * a new name, as upstream gives it.
 */
final class SpecMerge {
  /**
   * An extension's part of the document.
   *
   * @param paths those that nobody before has
   * @param names the definitions to be written, and how they are called here
   * @param renamed new names by the old ones
   */
  record Part(
      ExtensionSpec spec,
      Set<String> paths,
      Map<String, String> names,
      Map<String, String> renamed) {}

  private final Set<String> names;
  private final Map<String, Definition> known;
  private final Set<String> paths;
  private final Map<String, Map<String, String>> moreKinds = new HashMap<>();
  private final List<Part> parts = new ArrayList<>();

  /**
   * @param names of all own definitions
   * @param known the own definitions that extensions have, too, by name
   * @param paths the own paths that extensions have, too
   */
  SpecMerge(Set<String> names, Map<String, Definition> known, Set<String> paths) {
    this.names = new HashSet<>(names);
    this.known = new HashMap<>(known);
    this.paths = new HashSet<>(paths);
  }

  /** Adds an extension. The first of several with the same path has it. */
  void add(ExtensionSpec spec) {
    Set<String> own = new HashSet<>(spec.paths());
    own.removeAll(paths);
    if (own.isEmpty()) {
      return;
    }
    Map<String, String> written = new TreeMap<>();
    Map<String, String> renamed = new HashMap<>();
    // In the order of names, so that the result is always the same.
    new TreeMap<>(spec.definitions())
        .forEach(
            (name, definition) -> {
              String here = nameOf(name, definition, spec);
              if (!here.equals(name)) {
                renamed.put(name, here);
              }
              Definition same = known.get(here);
              if (same == null) {
                written.put(name, here);
                names.add(here);
                known.put(here, definition);
              } else {
                mergeKinds(here, same, definition);
              }
            });
    paths.addAll(own);
    parts.add(new Part(spec, own, written, renamed));
  }

  List<Part> parts() {
    return parts;
  }

  /** The kinds of a definition if extensions have added some, by their order; else none. */
  Map<String, String> moreKinds(String name) {
    return moreKinds.getOrDefault(name, Map.of());
  }

  private String nameOf(String name, Definition definition, ExtensionSpec spec) {
    if (isFree(name) || isSame(name, definition)) {
      return name;
    }
    for (int i = 2; ; i++) {
      String other = name + "_v" + i;
      if (isSame(other, definition) || (isFree(other) && !spec.definitions().containsKey(other))) {
        return other;
      }
    }
  }

  private boolean isFree(String name) {
    return !names.contains(name);
  }

  private boolean isSame(String name, Definition definition) {
    Definition there = known.get(name);
    return there != null && there.digest().equals(definition.digest());
  }

  private void mergeKinds(String name, Definition there, Definition more) {
    Map<String, String> all = new TreeMap<>(there.kinds());
    more.kinds().forEach(all::putIfAbsent);
    if (all.size() > there.kinds().size()) {
      known.put(name, new Definition(there.digest(), all));
      moreKinds.put(name, all);
    }
  }
}
