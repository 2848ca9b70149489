package dev.rheo.cache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EntryIndexTest {
  private static final String[] FIELDS = {"other", "node", "zone"};
  private static final Order NODE = Order.byField("node", 1);
  private static final Order ZONE = Order.byField("zone", 2);

  /** Values next to each other in the order, so that a range with a wrong end would be noticed. */
  private static final List<String> VALUES =
      List.of("", "n", "n\0", "n\1", "n/a", "n1", "ñ", "\uFFFF");

  private static Entry entry(byte[] key, String node, String zone) {
    return Objects.entry(key, new FieldValues(FIELDS, new String[] {"", node, zone}), 1);
  }

  private record Kept(EntryTree tree, TreeMap<byte[], Entry> model) {}

  @ParameterizedTest
  @ValueSource(ints = {30, 400, 4000})
  void eachVersionOfATreeFindsByValueWhatAScanFinds(int keys) {
    Random random = new Random(keys);
    EntryTree.Editor editor = EntryTree.empty(NODE, ZONE).edit();
    TreeMap<byte[], Entry> model = new TreeMap<>(Arrays::compareUnsigned);
    List<Kept> kept = new ArrayList<>();
    for (int step = 0; step < 40_000; step++) {
      boolean grow = random.nextInt(10) < ((step / 8_000) % 2 == 0 ? 8 : 3);
      byte[] key = key(random, keys);
      if (grow) {
        Entry entry = entry(key, value(random), value(random));
        assertThat(editor.put(entry)).isSameAs(model.put(key, entry));
      } else {
        assertThat(editor.remove(key)).isSameAs(model.remove(key));
      }
      if (step % 1999 == 0) {
        TreeMap<byte[], Entry> copy = new TreeMap<>(Arrays::compareUnsigned);
        copy.putAll(model);
        EntryTree tree = editor.tree();
        check(tree, copy, random, keys);
        kept.add(new Kept(tree, copy));
        // An editor of an older version leaves it and the newer ones as they are.
        EntryTree.Editor other = kept.get(random.nextInt(kept.size())).tree.edit();
        other.put(entry(key, "n", "n"));
        other.remove(key(random, keys));
      }
    }
    kept.forEach(k -> check(k.tree, k.model, random, keys));
    for (byte[] key : List.copyOf(model.keySet())) {
      editor.remove(key);
    }
    check(editor.tree(), new TreeMap<>(Arrays::compareUnsigned), random, keys);
  }

  private static void check(EntryTree tree, TreeMap<byte[], Entry> model, Random random, int keys) {
    for (int i = 0; i < 40; i++) {
      String value = value(random);
      byte[] prefix = random.nextBoolean() ? new byte[0] : Arrays.copyOf(key(random, keys), 2);
      byte[] start = random.nextBoolean() ? null : key(random, keys);
      compare(tree, "node", 1, value, model, prefix, start);
      compare(tree, "zone", 2, value, model, prefix, start);
    }
    assertThat(tree.index("other")).isNull();
    assertThat(index(tree, "node").size()).isEqualTo(model.size());
  }

  private static void compare(
      EntryTree tree,
      String field,
      int place,
      String value,
      TreeMap<byte[], Entry> model,
      byte[] prefix,
      byte @Nullable [] start) {
    List<Entry> expected = new ArrayList<>();
    for (Map.Entry<byte[], Entry> e : model.entrySet()) {
      byte[] key = e.getKey();
      if (value.equals(e.getValue().values().array()[place])
          && key.length >= prefix.length
          && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length)
          && (start == null || Arrays.compareUnsigned(key, start) >= 0)) {
        expected.add(e.getValue());
      }
    }
    List<Entry> found = ScopeAudit.drain(index(tree, field).cursor(value, prefix, start));
    assertThat(found).isEqualTo(expected);
  }

  private static EntryTree index(EntryTree tree, String field) {
    EntryTree index = tree.index(field);
    if (index == null) {
      throw new AssertionError("no index by " + field);
    }
    return index;
  }

  private static String value(Random random) {
    return VALUES.get(random.nextInt(VALUES.size()));
  }

  private static byte[] key(Random random, int keys) {
    int n = random.nextInt(keys);
    return ("%c/%05d".formatted('a' + n % 5, n)).getBytes(UTF_8);
  }

  /** Pods are created without a node and then bound: 100 to a node. */
  private static EntryTree bound(int pods) {
    Random random = new Random(5);
    EntryTree.Editor editor = EntryTree.empty(NODE).edit();
    for (int i = 0; i < pods; i++) {
      byte[] key = ("ns%02d/%08x".formatted(random.nextInt(50), random.nextInt())).getBytes(UTF_8);
      editor.put(entry(key, "", ""));
      editor.put(entry(key, "node-" + random.nextInt(pods / 100), ""));
    }
    return editor.tree();
  }

  /** A list by value visits a path and the leaves with its entries, and nothing of the tree. */
  @Test
  void findingByValueCostsWhatItReturns() {
    EntryTree index = index(bound(100_000), "node");
    for (int i = 0; i < 1000; i++) {
      String node = "node-" + i;
      List<Entry> entries = ScopeAudit.drain(index.cursor(node, new byte[0], null));
      assertThat(entries).hasSizeBetween(50, 150);
      List<Order.Key> positions = new ArrayList<>();
      // A cursor measures the height of the tree on the leftmost path.
      positions.add(Order.Key.LOWEST);
      positions.add(new Order.Key(node, new byte[0]));
      positions.add(new Order.Key(node + '\0', new byte[0]));
      entries.forEach(entry -> positions.add(NODE.of(entry)));
      PrunedTree pruned = new PrunedTree(index, NODE, positions);
      assertThat(pruned.nodes).isLessThanOrEqualTo(3 * 5 + entries.size() / 4);
      assertThat(ScopeAudit.drain(pruned.tree.cursor(node, new byte[0], null))).isEqualTo(entries);
    }
  }

  @Test
  void anIndexTakesFewBytesOfAnEntry() {
    EntryTree tree = bound(100_000);
    assertThat(PrunedTree.bytes(index(tree, "node").root) / tree.size()).isBetween(5L, 14L);
    EntryTree.Editor editor = tree.edit();
    Random random = new Random(6);
    for (Entry entry : ScopeAudit.drain(tree.cursor(new byte[0], null))) {
      if (random.nextInt(10) < 6) {
        editor.remove(entry.key);
      }
    }
    EntryTree rest = editor.tree();
    assertThat(PrunedTree.bytes(index(rest, "node").root) / rest.size()).isLessThanOrEqualTo(25);
  }
}
