package dev.rheo.cache;

import dev.rheo.cache.TreeNode.Inner;
import dev.rheo.cache.TreeNode.Leaf;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An immutable ordered map from keys (UTF-8 bytes, unsigned order) to entries: a copy-on-write
 * B+tree whose versions share unchanged nodes. An {@link Editor} makes new versions. It changes the
 * nodes that it created in place, so that a batch of changes copies each node at most once.
 *
 * <p>Inner nodes count the entries below each child, so that ranks and the size of any range cost
 * O(log n).
 */
final class EntryTree {
  static final EntryTree EMPTY = new EntryTree(new Leaf(null));

  private final TreeNode root;
  private final int size;

  private EntryTree(TreeNode root) {
    this.root = root;
    this.size = root.count();
  }

  int size() {
    return size;
  }

  Editor edit() {
    return new Editor(root);
  }

  @Nullable Entry get(byte[] key) {
    return get(root, key);
  }

  private static @Nullable Entry get(TreeNode from, byte[] key) {
    TreeNode node = from;
    while (node instanceof Inner inner) {
      node = inner.child(inner.indexOf(key));
    }
    Leaf leaf = (Leaf) node;
    int at = leaf.search(key);
    return at < 0 ? null : leaf.entries[at];
  }

  /** How many keys are lower than this one. */
  int rank(byte[] key) {
    int rank = 0;
    TreeNode node = root;
    while (node instanceof Inner inner) {
      int at = inner.indexOf(key);
      for (int i = 0; i < at; i++) {
        rank += inner.counts[i];
      }
      node = inner.child(at);
    }
    int at = ((Leaf) node).search(key);
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
    byte[] from = start == null || Arrays.compareUnsigned(start, prefix) < 0 ? prefix : start;
    byte[] end = prefixEnd(prefix);
    int count = (end == null ? size : rank(end)) - rank(from);
    return new Cursor(root, from, Math.max(0, count));
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

  /** Makes changed versions of a tree. Used by one thread at a time. */
  static final class Editor {
    private Object token = new Object();
    private TreeNode root;
    private @Nullable Entry previous;
    private @Nullable TreeNode split;
    private byte[] splitKey = TreeNode.NO_KEY;

    private Editor(TreeNode root) {
      this.root = root;
    }

    /** The current tree. Later changes do not affect it. */
    EntryTree tree() {
      token = new Object();
      return new EntryTree(root);
    }

    @Nullable Entry get(byte[] key) {
      return EntryTree.get(root, key);
    }

    /**
     * @return the entry that this one replaces, or null
     */
    @Nullable Entry put(Entry entry) {
      previous = null;
      root = put(root, entry);
      TreeNode right = split;
      if (right != null) {
        Inner above = new Inner(token);
        above.insert(0, TreeNode.NO_KEY, root);
        above.insert(1, splitKey, right);
        root = above;
        split = null;
      }
      return previous;
    }

    /**
     * @return the removed entry, or null
     */
    @Nullable Entry remove(byte[] key) {
      previous = null;
      root = remove(root, key);
      while (root instanceof Inner inner && inner.size <= 1) {
        root = inner.size == 1 ? inner.child(0) : new Leaf(token);
      }
      return previous;
    }

    private TreeNode put(TreeNode node, Entry entry) {
      return switch (node) {
        case Leaf leaf -> put(leaf, entry);
        case Inner inner -> put(inner, entry);
      };
    }

    private Leaf put(Leaf leaf, Entry entry) {
      int at = leaf.search(entry.key);
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
      splitKey = right.entry(0).key;
      return left;
    }

    private Inner put(Inner inner, Entry entry) {
      int at = inner.indexOf(entry.key);
      TreeNode child = put(inner.child(at), entry);
      Inner own = own(inner);
      own.set(at, child);
      TreeNode right = split;
      if (right == null) {
        return own;
      }
      split = null;
      insert(own, at + 1, splitKey, right);
      return own;
    }

    private void insert(Inner node, int at, byte[] key, TreeNode child) {
      if (node.size < TreeNode.WIDTH) {
        node.insert(at, key, child);
        return;
      }
      int cut = at == TreeNode.WIDTH ? TreeNode.WIDTH : TreeNode.WIDTH / 2;
      Inner right = new Inner(token);
      move(node, cut, right);
      if (at <= node.size && node.size < TreeNode.WIDTH) {
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
      Arrays.fill(from.keys, cut, from.size, TreeNode.NO_KEY);
      to.size += moved;
      from.size = cut;
    }

    private TreeNode remove(TreeNode node, byte[] key) {
      return switch (node) {
        case Leaf leaf -> remove(leaf, key);
        case Inner inner -> remove(inner, key);
      };
    }

    private Leaf remove(Leaf leaf, byte[] key) {
      int at = leaf.search(key);
      if (at < 0) {
        return leaf;
      }
      previous = leaf.entries[at];
      Leaf own = own(leaf);
      own.delete(at);
      return own;
    }

    private Inner remove(Inner inner, byte[] key) {
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

    Cursor(TreeNode root, byte[] from, int count) {
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
      int at = leaf.search(from);
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
