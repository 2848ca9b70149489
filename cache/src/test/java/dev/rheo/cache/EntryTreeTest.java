package dev.rheo.cache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EntryTreeTest {
  private static final FieldValues NO_FIELDS = new FieldValues(new String[0], new String[0]);

  private static Entry entry(byte[] key, long revision) {
    return Objects.entry(key, NO_FIELDS, revision);
  }

  private record Kept(EntryTree tree, TreeMap<byte[], Long> model) {}

  @ParameterizedTest
  @ValueSource(ints = {20, 400, 5000})
  void behavesLikeASortedMapAndKeepsItsOldVersions(int keys) {
    Random random = new Random(keys);
    EntryTree.Editor editor = EntryTree.empty().edit();
    TreeMap<byte[], Long> model = new TreeMap<>(Arrays::compareUnsigned);
    List<Kept> kept = new ArrayList<>();
    for (int step = 0; step < 60_000; step++) {
      // Phases of growing and of shrinking, so that nodes split and merge.
      boolean grow = random.nextInt(10) < ((step / 10_000) % 2 == 0 ? 8 : 2);
      byte[] key = key(random, keys);
      Entry before;
      Long expected;
      if (grow) {
        before = editor.put(entry(key, step));
        expected = model.put(key, (long) step);
      } else {
        before = editor.remove(key);
        expected = model.remove(key);
      }
      assertThat(before == null ? null : before.revision()).isEqualTo(expected);
      if (step % 997 == 0) {
        EntryTree tree = editor.tree();
        check(tree, model, random, keys);
        if (step % 9970 == 0) {
          TreeMap<byte[], Long> copy = new TreeMap<>(Arrays::compareUnsigned);
          copy.putAll(model);
          kept.add(new Kept(tree, copy));
        }
      }
    }
    for (byte[] key : List.copyOf(model.keySet())) {
      assertThat(editor.remove(key)).isNotNull();
    }
    check(editor.tree(), new TreeMap<>(Arrays::compareUnsigned), random, keys);
    assertThat(kept).hasSizeGreaterThan(3);
    kept.forEach(k -> check(k.tree, k.model, random, keys));
  }

  @Test
  void loadsInOrderIntoFullLeaves() {
    EntryTree.Editor editor = EntryTree.empty().edit();
    for (int i = 0; i < 100_000; i++) {
      editor.put(entry("%06d".formatted(i).getBytes(UTF_8), i));
    }
    EntryTree tree = editor.tree();
    assertThat(tree.size()).isEqualTo(100_000);
    assertThat(tree.rank("054321".getBytes(UTF_8))).isEqualTo(54_321);
    assertThat(tree.size("0543".getBytes(UTF_8))).isEqualTo(100);
  }

  /** In either order, keys that fill a gap between others share leaves, and leaves share nodes. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aGapIsFilledWithoutWaste(boolean upwards) {
    EntryTree.Editor editor = EntryTree.empty().edit();
    for (String ends : List.of("a", "c")) {
      for (int i = 0; i < 1000; i++) {
        editor.put(entry("%s/%05d".formatted(ends, i).getBytes(UTF_8), i));
      }
    }
    for (int i = 0; i < 20_000; i++) {
      int n = upwards ? i : 20_000 - i;
      editor.put(entry("b/%05d".formatted(n).getBytes(UTF_8), n));
    }
    EntryTree tree = editor.tree();
    assertThat(tree.size("b/".getBytes(UTF_8))).isEqualTo(20_000);
    assertThat(PrunedTree.bytes(tree.root) / tree.size()).isLessThanOrEqualTo(16);
  }

  private static void checkPositions(EntryTree tree, TreeMap<byte[], Long> model, Random random) {
    List<byte[]> keys = List.copyOf(model.keySet());
    for (int i = 0; i < 50 && !keys.isEmpty(); i++) {
      int at = random.nextInt(keys.size());
      assertThat(tree.at(at).key).isEqualTo(keys.get(at));
      assertThat(tree.rank(keys.get(at))).isEqualTo(at);
    }
    assertThatThrownBy(() -> tree.at(model.size())).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> tree.at(-1)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  /** Ranks and sizes are read off one path for each bound; the tree has no other nodes here. */
  @Test
  void positionsAreFoundWithoutCounting() {
    int size = 200_000;
    List<byte[]> keys = new ArrayList<>();
    EntryTree.Editor editor = EntryTree.empty().edit();
    for (int i = 0; i < size; i++) {
      keys.add("%06d".formatted(i).getBytes(UTF_8));
    }
    Collections.shuffle(keys, new Random(1));
    keys.forEach(key -> editor.put(entry(key, Long.parseLong(new String(key, UTF_8)))));
    EntryTree tree = editor.tree();
    Random random = new Random(2);
    for (int i = 0; i < 2000; i++) {
      int at = random.nextInt(size);
      byte[] key = "%06d".formatted(at).getBytes(UTF_8);
      PrunedTree one = new PrunedTree(tree, Order.BY_KEY, List.of(Order.Key.of(key)));
      assertThat(one.nodes).isLessThanOrEqualTo(5);
      assertThat(one.tree.rank(key)).isEqualTo(at);
      assertThat(one.tree.at(at).key).isEqualTo(key);
      byte[] prefix = Arrays.copyOf(key, 3);
      byte[] end = EntryTree.prefixEnd(prefix);
      PrunedTree two =
          new PrunedTree(tree, Order.BY_KEY, List.of(Order.Key.of(prefix), Order.Key.of(end)));
      assertThat(two.nodes).isLessThanOrEqualTo(10);
      assertThat(two.tree.size(prefix)).isEqualTo(1000);
    }
  }

  private static byte[] key(Random random, int keys) {
    int n = random.nextInt(keys);
    // All byte values, so that signed comparison would be noticed.
    return new byte[] {(byte) (n % 7 * 41), '/', (byte) (n >>> 8), (byte) n};
  }

  private static void check(EntryTree tree, TreeMap<byte[], Long> model, Random random, int keys) {
    assertThat(tree.size()).isEqualTo(model.size());
    compare(tree.cursor(new byte[0], null), model);
    byte[] key = key(random, keys);
    Entry found = tree.get(key);
    assertThat(found == null ? null : found.revision()).isEqualTo(model.get(key));
    assertThat(tree.rank(key)).isEqualTo(model.headMap(key).size());
    checkPositions(tree, model, random);
    byte[] prefix = {key[0], '/'};
    byte[] end = {key[0], '/' + 1};
    assertThat(tree.size(prefix)).isEqualTo(model.subMap(prefix, end).size());
    compare(tree.cursor(prefix, null), model.subMap(prefix, end));
    compare(tree.cursor(prefix, key), model.subMap(key, end));
  }

  private static void compare(EntryCursor cursor, java.util.Map<byte[], Long> model) {
    for (var expected : model.entrySet()) {
      assertThat(cursor.peek()).isNotNull();
      Entry entry = cursor.next();
      if (!Arrays.equals(entry.key, expected.getKey()) || entry.revision() != expected.getValue()) {
        throw new AssertionError("wrong entry");
      }
    }
    assertThat(cursor.peek()).isNull();
    assertThat(cursor.next()).isNull();
  }
}
