package dev.rheo.cache;

import dev.rheo.cache.TreeNode.Inner;
import dev.rheo.cache.TreeNode.Leaf;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An immutable map from keys (UTF-8 bytes, unsigned order) to entries: a copy-on-write B+tree whose
 * versions share unchanged nodes. An {@link Editor} makes new versions. It changes the nodes that
 * it created in place, so that a batch of changes copies each node at most once.
 *
 * <p>Inner nodes count the entries below each child, so that ranks and the size of any range cost
 * O(log n).
 *
 * <p>A tree may have indexes. An index is a tree of the same entries, ordered by the value of a
 * field and then by key:
 *
 * <pre>
 *   by key       a/p1 (n2)   a/p2 (n1)   b/p1 (n2)
 *   spec.nodeName    n1 a/p2     n2 a/p1     n2 b/p1
 * </pre>
 *
 * The entries of a value, and those of a value in a namespace, are therefore a range of it. A tree
 * and its indexes change together, and belong to the same snapshot. An index holds references only:
 * some 10 bytes for each entry, and 25 where many were removed.
 */
final class EntryTree {
  final TreeNode root;
  private final Order order;
  private final int size;
  private final EntryTree[] indexes;

  EntryTree(Order order, TreeNode root, EntryTree... indexes) {
    this.order = order;
    this.root = root;
    this.size = root.count();
    this.indexes = indexes;
  }

  /** A tree without entries that has these indexes. */
  static EntryTree empty(Order... indexes) {
    EntryTree[] empty = new EntryTree[indexes.length];
    Arrays.setAll(empty, i -> new EntryTree(indexes[i], new Leaf(null)));
    return new EntryTree(Order.BY_KEY, new Leaf(null), empty);
  }

  int size() {
    return size;
  }

  Editor edit() {
    return new Editor(this);
  }

  /** How many indexes the tree has. */
  int indexes() {
    return indexes.length;
  }

  /** The index by this field, or null if there is none. */
  @Nullable EntryTree index(String field) {
    for (EntryTree index : indexes) {
      if (index.order.field.equals(field)) {
        return index;
      }
    }
    return null;
  }

  @Nullable Entry get(byte[] key) {
    return get(root, order, Order.Key.of(key));
  }

  private static @Nullable Entry get(TreeNode from, Order order, Order.Key key) {
    TreeNode node = from;
    while (node instanceof Inner inner) {
      node = inner.child(inner.indexOf(key));
    }
    Leaf leaf = (Leaf) node;
    int at = leaf.search(order, key);
    return at < 0 ? null : leaf.entries[at];
  }

  /** How many keys are lower than this one. */
  int rank(byte[] key) {
    return rank(Order.Key.of(key));
  }

  private int rank(Order.Key key) {
    int rank = 0;
    TreeNode node = root;
    while (node instanceof Inner inner) {
      int at = inner.indexOf(key);
      for (int i = 0; i < at; i++) {
        rank += inner.counts[i];
      }
      node = inner.child(at);
    }
    int at = ((Leaf) node).search(order, key);
    return rank + (at < 0 ? ~at : at);
  }

  /**
   * The entry with this rank, the number of lower keys.
   *
   * @throws IndexOutOfBoundsException if there is none
   */
  Entry at(int rank) {
    Objects.checkIndex(rank, size);
    int left = rank;
    TreeNode node = root;
    while (node instanceof Inner inner) {
      int at = 0;
      while (left >= inner.counts[at]) {
        left -= inner.counts[at++];
      }
      node = inner.child(at);
    }
    return ((Leaf) node).entry(left);
  }

  /** How many keys begin with the prefix. */
  int size(byte[] prefix) {
    byte[] end = prefixEnd(prefix);
    return (end == null ? size : rank(end)) - rank(prefix);
  }

  /** The entries whose keys begin with {@code prefix}, from {@code start} on. */
  EntryCursor cursor(byte[] prefix, byte @Nullable [] start) {
    byte[] end = prefixEnd(prefix);
    return range(Order.Key.of(later(prefix, start)), end == null ? null : Order.Key.of(end));
  }

  /** The entry with this key, if there is one and it is not before {@code start}. */
  EntryCursor cursorAt(byte[] key, byte @Nullable [] start) {
    byte[] next = Arrays.copyOf(key, key.length + 1);
    return range(Order.Key.of(later(key, start)), Order.Key.of(next));
  }

  /** Of an index, the entries with this value, as {@link #cursor(byte[], byte[])}, in key order. */
  EntryCursor cursor(String value, byte[] prefix, byte @Nullable [] start) {
    byte[] end = prefixEnd(prefix);
    // No string lies between a value and the same value with the lowest character appended.
    Order.Key to =
        end == null ? new Order.Key(value + '\0', new byte[0]) : new Order.Key(value, end);
    return range(new Order.Key(value, later(prefix, start)), to);
  }

  private EntryCursor range(Order.Key from, Order.@Nullable Key to) {
    int count = (to == null ? size : rank(to)) - rank(from);
    return new Cursor(root, order, from, Math.max(0, count));
  }

  private static byte[] later(byte[] key, byte @Nullable [] start) {
    return start == null || Arrays.compareUnsigned(start, key) < 0 ? key : start;
  }

  /** The lowest key above all keys that begin with the prefix; null if there is none. */
  static byte @Nullable [] prefixEnd(byte[] prefix) {
    int length = prefix.length;
    while (length > 0 && prefix[length - 1] == (byte) 0xff) {
      length--;
    }
    if (length == 0) {
      return null;
    }
    byte[] end = Arrays.copyOf(prefix, length);
    end[length - 1]++;
    return end;
  }

  /** Makes changed versions of a tree and its indexes. Used by one thread at a time. */
  static final class Editor {
    private final Order order;
    private final Editor[] indexes;
    private Object token = new Object();
    private TreeNode root;
    private @Nullable Entry previous;
    private @Nullable TreeNode split;
    private Order.Key splitKey = Order.Key.LOWEST;

    private Editor(EntryTree tree) {
      order = tree.order;
      root = tree.root;
      indexes = new Editor[tree.indexes.length];
      Arrays.setAll(indexes, i -> new Editor(tree.indexes[i]));
    }

    /** The current tree. Later changes do not affect it. */
    EntryTree tree() {
      token = new Object();
      EntryTree[] trees = new EntryTree[indexes.length];
      Arrays.setAll(trees, i -> indexes[i].tree());
      return new EntryTree(order, root, trees);
    }

    @Nullable Entry get(byte[] key) {
      return EntryTree.get(root, order, Order.Key.of(key));
    }

    /**
     * @return the entry that this one replaces, or null
     */
    @Nullable Entry put(Entry entry) {
      Order.Key key = order.of(entry);
      previous = null;
      root = put(root, entry, key);
      TreeNode right = split;
      if (right != null) {
        Inner above = new Inner(token);
        above.insert(0, Order.Key.LOWEST, root);
        above.insert(1, splitKey, right);
        root = above;
        split = null;
      }
      Entry replaced = previous;
      for (Editor index : indexes) {
        if (replaced != null && index.order.compare(replaced, index.order.of(entry)) != 0) {
          index.remove(index.order.of(replaced));
        }
        index.put(entry);
      }
      return replaced;
    }

    /**
     * @return the removed entry, or null
     */
    @Nullable Entry remove(byte[] key) {
      Entry removed = remove(Order.Key.of(key));
      if (removed != null) {
        for (Editor index : indexes) {
          index.remove(index.order.of(removed));
        }
      }
      return removed;
    }

    private @Nullable Entry remove(Order.Key key) {
      previous = null;
      root = remove(root, key);
      while (root instanceof Inner inner && inner.size <= 1) {
        root = inner.size == 1 ? inner.child(0) : new Leaf(token);
      }
      return previous;
    }

    private TreeNode put(TreeNode node, Entry entry, Order.Key key) {
      return switch (node) {
        case Leaf leaf -> put(leaf, entry, key);
        case Inner inner -> put(inner, entry, key);
      };
    }

    private Leaf put(Leaf leaf, Entry entry, Order.Key key) {
      int at = leaf.search(order, key);
      if (at >= 0) {
        previous = leaf.entries[at];
        Leaf own = own(leaf);
        own.entries[at] = entry;
        return own;
      }
      at = ~at;
      if (leaf.size < TreeNode.WIDTH) {
        Leaf own = own(leaf);
        own.insert(at, entry);
        return own;
      }
      // An insertion at the end moves nothing, so that loading in key order leaves full leaves.
      int cut = at == TreeNode.WIDTH ? TreeNode.WIDTH : TreeNode.WIDTH / 2;
      Leaf right = new Leaf(token);
      Leaf left = leaf;
      if (cut < TreeNode.WIDTH) {
        left = own(leaf);
        System.arraycopy(left.entries, cut, right.entries, 0, TreeNode.WIDTH - cut);
        Arrays.fill(left.entries, cut, TreeNode.WIDTH, null);
        right.size = TreeNode.WIDTH - cut;
        left.size = cut;
      }
      if (at <= left.size && left.size < TreeNode.WIDTH) {
        left.insert(at, entry);
      } else {
        right.insert(at - left.size, entry);
      }
      split = right;
      splitKey = order.of(right.entry(0));
      return left;
    }

    private Inner put(Inner inner, Entry entry, Order.Key key) {
      int at = inner.indexOf(key);
      boolean shifted = fitsBetter(inner, at + 1, key);
      at += shifted ? 1 : 0;
      TreeNode child = put(inner.child(at), entry, key);
      Inner own = own(inner);
      if (shifted) {
        own.keys[at] = key;
      }
      own.set(at, child);
      TreeNode right = split;
      if (right == null) {
        return own;
      }
      split = null;
      insert(own, at + 1, splitKey, right);
      return own;
    }

    /**
     * Whether the key lies between two leaves of which the first is full and the second is not.
     * Otherwise keys that fill a gap from above would get a leaf each.
     */
    private boolean fitsBetter(Inner inner, int second, Order.Key key) {
      return second < inner.size
          && inner.child(second - 1) instanceof Leaf full
          && inner.child(second) instanceof Leaf leaf
          && full.size == TreeNode.WIDTH
          && leaf.size < TreeNode.WIDTH
          && order.compare(full.entry(TreeNode.WIDTH - 1), key) < 0;
    }

    private void insert(Inner node, int at, Order.Key key, TreeNode child) {
      if (node.size < TreeNode.WIDTH) {
        node.insert(at, key, child);
        return;
      }
      Inner right = new Inner(token);
      move(node, TreeNode.WIDTH / 2, right);
      if (at <= node.size) {
        node.insert(at, key, child);
      } else {
        right.insert(at - node.size, key, child);
      }
      split = right;
      splitKey = right.keys[0];
    }

    private static void move(Inner from, int cut, Inner to) {
      int moved = from.size - cut;
      System.arraycopy(from.children, cut, to.children, to.size, moved);
      System.arraycopy(from.keys, cut, to.keys, to.size, moved);
      System.arraycopy(from.counts, cut, to.counts, to.size, moved);
      Arrays.fill(from.children, cut, from.size, null);
      Arrays.fill(from.keys, cut, from.size, Order.Key.LOWEST);
      to.size += moved;
      from.size = cut;
    }

    private TreeNode remove(TreeNode node, Order.Key key) {
      return switch (node) {
        case Leaf leaf -> remove(leaf, key);
        case Inner inner -> remove(inner, key);
      };
    }

    private Leaf remove(Leaf leaf, Order.Key key) {
      int at = leaf.search(order, key);
      if (at < 0) {
        return leaf;
      }
      previous = leaf.entries[at];
      Leaf own = own(leaf);
      own.delete(at);
      return own;
    }

    private Inner remove(Inner inner, Order.Key key) {
      int at = inner.indexOf(key);
      TreeNode child = remove(inner.child(at), key);
      if (previous == null) {
        return inner;
      }
      Inner own = own(inner);
      if (child.size == 0) {
        own.delete(at);
        return own;
      }
      own.set(at, child);
      if (child.size < TreeNode.WIDTH / 4) {
        if (at + 1 < own.size && child.size + own.child(at + 1).size <= TreeNode.WIDTH) {
          merge(own, at);
        } else if (at > 0 && own.child(at - 1).size + child.size <= TreeNode.WIDTH) {
          merge(own, at - 1);
        }
      }
      return own;
    }

    /** Merges the child at {@code left} with the one after it. */
    private void merge(Inner parent, int left) {
      TreeNode a = parent.child(left);
      TreeNode b = parent.child(left + 1);
      if (a instanceof Leaf leaf && b instanceof Leaf right) {
        Leaf into = own(leaf);
        System.arraycopy(right.entries, 0, into.entries, into.size, right.size);
        into.size += right.size;
        parent.set(left, into);
      } else if (a instanceof Inner inner && b instanceof Inner right) {
        Inner into = own(inner);
        int at = into.size;
        Inner rest = own(right);
        move(rest, 0, into);
        into.keys[at] = parent.keys[left + 1];
        parent.set(left, into);
      }
      parent.delete(left + 1);
    }

    private Leaf own(Leaf leaf) {
      if (leaf.owner == token) {
        return leaf;
      }
      Leaf own = new Leaf(token);
      System.arraycopy(leaf.entries, 0, own.entries, 0, leaf.size);
      own.size = leaf.size;
      return own;
    }

    private Inner own(Inner inner) {
      if (inner.owner == token) {
        return inner;
      }
      Inner own = new Inner(token);
      System.arraycopy(inner.children, 0, own.children, 0, inner.size);
      System.arraycopy(inner.keys, 0, own.keys, 0, inner.size);
      System.arraycopy(inner.counts, 0, own.counts, 0, inner.size);
      own.size = inner.size;
      return own;
    }
  }

  private static final class Cursor implements EntryCursor {
    private final Inner[] path;
    private final int[] places;
    private int depth;
    private Leaf leaf;
    private int place;
    private int left;

    Cursor(TreeNode root, Order order, Order.Key from, int count) {
      int height = 0;
      for (TreeNode node = root; node instanceof Inner inner; node = inner.child(0)) {
        height++;
      }
      path = new Inner[height];
      places = new int[height];
      TreeNode node = root;
      while (node instanceof Inner inner) {
        int at = inner.indexOf(from);
        path[depth] = inner;
        places[depth++] = at;
        node = inner.child(at);
      }
      leaf = (Leaf) node;
      int at = leaf.search(order, from);
      place = at < 0 ? ~at : at;
      left = count;
    }

    @Override
    public @Nullable Entry next() {
      Entry entry = peek();
      if (entry != null) {
        place++;
        left--;
      }
      return entry;
    }

    @Override
    public @Nullable Entry peek() {
      if (left == 0) {
        return null;
      }
      while (place == leaf.size) {
        int level = depth - 1;
        while (++places[level] == path[level].size) {
          level--;
        }
        TreeNode node = path[level].child(places[level]);
        while (node instanceof Inner inner) {
          path[++level] = inner;
          places[level] = 0;
          node = inner.child(0);
        }
        leaf = (Leaf) node;
        place = 0;
      }
      return leaf.entry(place);
    }
  }
}
