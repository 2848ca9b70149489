package dev.rheo.cache;

import dev.rheo.cache.TreeNode.Inner;
import java.util.Arrays;
import java.util.List;

/**
 * A copy of a tree that has only the nodes on the paths to some positions. What can be answered
 * from it visits no other node: reading a missing one fails.
 */
final class PrunedTree {
  final EntryTree tree;
  int nodes;

  PrunedTree(EntryTree whole, Order order, List<Order.Key> positions) {
    tree = new EntryTree(order, prune(whole.root, positions));
  }

  private TreeNode prune(TreeNode node, List<Order.Key> positions) {
    nodes++;
    if (!(node instanceof Inner whole)) {
      return node;
    }
    Inner pruned = new Inner(null);
    pruned.size = whole.size;
    System.arraycopy(whole.keys, 0, pruned.keys, 0, whole.size);
    System.arraycopy(whole.counts, 0, pruned.counts, 0, whole.size);
    for (int at : positions.stream().mapToInt(whole::indexOf).distinct().toArray()) {
      List<Order.Key> below = positions.stream().filter(p -> whole.indexOf(p) == at).toList();
      pruned.children[at] = prune(whole.child(at), below);
    }
    return pruned;
  }

  /** Heap of a tree's nodes and separators, keys and values aside, with 4-byte references. */
  static long bytes(TreeNode node) {
    int array = 16 + 4 * TreeNode.WIDTH;
    if (!(node instanceof Inner inner)) {
      return 24 + array;
    }
    long separators = 24L * (inner.size - 1);
    return 32
        + 3 * array
        + separators
        + Arrays.stream(inner.children, 0, inner.size).mapToLong(PrunedTree::bytes).sum();
  }
}
