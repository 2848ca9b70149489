package dev.rheo.cache;

import org.jspecify.annotations.Nullable;

/**
 * A node of an {@link EntryTree}. Only the editor that created a node may change it, until it hands
 * out the tree.
 */
abstract sealed class TreeNode {
  /** Most entries in a leaf, and most children of an inner node. */
  static final int WIDTH = 32;

  /** Token of the editor that may change this node in place; null if none may. */
  final @Nullable Object owner;

  int size;

  TreeNode(@Nullable Object owner) {
    this.owner = owner;
  }

  /** Number of entries below the node. */
  abstract int count();

  static final class Leaf extends TreeNode {
    final @Nullable Entry[] entries = new @Nullable Entry[WIDTH];

    Leaf(@Nullable Object owner) {
      super(owner);
    }

    @Override
    int count() {
      return size;
    }

    Entry entry(int at) {
      Entry entry = entries[at];
      if (entry == null) {
        throw new AssertionError("a hole in a leaf");
      }
      return entry;
    }

    /** Index of the key, or the complement of its insertion point. */
    int search(Order order, Order.Key key) {
      int low = 0;
      int high = size - 1;
      while (low <= high) {
        int mid = (low + high) >>> 1;
        int found = order.compare(entry(mid), key);
        if (found == 0) {
          return mid;
        }
        if (found < 0) {
          low = mid + 1;
        } else {
          high = mid - 1;
        }
      }
      return ~low;
    }

    void insert(int at, Entry entry) {
      System.arraycopy(entries, at, entries, at + 1, size - at);
      entries[at] = entry;
      size++;
    }

    void delete(int at) {
      System.arraycopy(entries, at + 1, entries, at, size - at - 1);
      entries[--size] = null;
    }
  }

  static final class Inner extends TreeNode {
    final @Nullable TreeNode[] children = new @Nullable TreeNode[WIDTH];

    /**
     * Lower bound of each child's keys, above all keys of the previous child. Searches do not read
     * the first.
     */
    final Order.Key[] keys = new Order.Key[WIDTH];

    final int[] counts = new int[WIDTH];

    Inner(@Nullable Object owner) {
      super(owner);
    }

    @Override
    int count() {
      int count = 0;
      for (int i = 0; i < size; i++) {
        count += counts[i];
      }
      return count;
    }

    TreeNode child(int at) {
      TreeNode child = children[at];
      if (child == null) {
        throw new AssertionError("a hole in a node");
      }
      return child;
    }

    /** Index of the child that contains the key or would contain it. */
    int indexOf(Order.Key key) {
      int low = 1;
      int high = size - 1;
      while (low <= high) {
        int mid = (low + high) >>> 1;
        if (Order.Key.compare(keys[mid], key) <= 0) {
          low = mid + 1;
        } else {
          high = mid - 1;
        }
      }
      return high;
    }

    void set(int at, TreeNode child) {
      children[at] = child;
      counts[at] = child.count();
    }

    void insert(int at, Order.Key key, TreeNode child) {
      System.arraycopy(children, at, children, at + 1, size - at);
      System.arraycopy(keys, at, keys, at + 1, size - at);
      System.arraycopy(counts, at, counts, at + 1, size - at);
      keys[at] = key;
      set(at, child);
      size++;
    }

    void delete(int at) {
      System.arraycopy(children, at + 1, children, at, size - at - 1);
      System.arraycopy(keys, at + 1, keys, at, size - at - 1);
      System.arraycopy(counts, at + 1, counts, at, size - at - 1);
      size--;
      children[size] = null;
      keys[size] = Order.Key.LOWEST;
    }
  }
}
