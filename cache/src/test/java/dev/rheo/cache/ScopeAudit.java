package dev.rheo.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Checks that a snapshot's indexes find exactly the entries that a scan finds. */
final class ScopeAudit {
  private static final String NODE = "spec.nodeName";

  private ScopeAudit() {}

  /** Checks some of the scopes and starting points, others for each revision. */
  static void check(Snapshot snapshot) {
    Random random = new Random(snapshot.revision());
    List<Entry> all = drain(snapshot.entries("", null));
    Set<String> namespaces = new HashSet<>();
    Set<String> names = new HashSet<>();
    Set<String> nodes = new HashSet<>();
    for (Entry entry : all) {
      namespaces.add(entry.namespace());
      names.add(entry.name());
      nodes.add(String.valueOf(entry.fields().get(NODE)));
    }
    List<@Nullable String> spaces = new ArrayList<>(some(namespaces, random));
    spaces.add(null);
    for (String namespace : spaces) {
      for (String node : some(nodes, random)) {
        check(snapshot, all, new Scope(namespace, null, NODE, node), random);
      }
      for (String name : some(names, random)) {
        check(snapshot, all, new Scope(namespace, name, null, null), random);
        check(snapshot, all, new Scope(namespace, name, NODE, "n1"), random);
      }
      check(snapshot, all, new Scope(namespace, null, null, null), random);
    }
  }

  /** A few of the values, and two that are not among them. */
  private static List<String> some(Collection<String> values, Random random) {
    List<String> some = new ArrayList<>(values.stream().sorted().toList());
    Collections.shuffle(some, random);
    some = new ArrayList<>(some.subList(0, Math.min(4, some.size())));
    some.add("absent");
    some.add("zzz");
    return some;
  }

  private static void check(Snapshot snapshot, List<Entry> all, Scope scope, Random random) {
    check(snapshot, all, scope, (String) null);
    if (!all.isEmpty()) {
      String key = all.get(random.nextInt(all.size())).key();
      check(snapshot, all, scope, key);
      check(snapshot, all, scope, key + "\0");
      check(snapshot, all, scope, scope.keyPrefix() + "p5");
    }
  }

  private static void check(
      Snapshot snapshot, List<Entry> all, Scope scope, @Nullable String start) {
    List<Entry> found = drain(snapshot.entries(scope, start));
    List<Entry> expected = all.stream().filter(e -> has(scope, e) && !before(e, start)).toList();
    if (scope.name() == null) {
      assertThat(found).as("%s from %s", scope, start).isEqualTo(expected);
      return;
    }
    // By name in all namespaces the cursor returns others, but does not visit them all.
    assertThat(found.stream().filter(e -> has(scope, e)).toList())
        .as("%s from %s", scope, start)
        .isEqualTo(expected);
    long namespaces = all.stream().map(Entry::namespace).distinct().count();
    assertThat((long) found.size()).isLessThanOrEqualTo(3 * namespaces);
  }

  private static boolean has(Scope scope, Entry entry) {
    return (scope.namespace() == null || scope.namespace().equals(entry.namespace()))
        && (scope.name() == null || scope.name().equals(entry.name()))
        && (scope.field() == null
            || String.valueOf(scope.fieldValue()).equals(entry.fields().get(scope.field())));
  }

  private static boolean before(Entry entry, @Nullable String start) {
    return start != null
        && Arrays.compareUnsigned(entry.key, start.getBytes(StandardCharsets.UTF_8)) < 0;
  }

  static List<Entry> drain(EntryCursor cursor) {
    List<Entry> entries = new ArrayList<>();
    for (Entry entry = cursor.next(); entry != null; entry = cursor.next()) {
      entries.add(entry);
    }
    return entries;
  }
}
