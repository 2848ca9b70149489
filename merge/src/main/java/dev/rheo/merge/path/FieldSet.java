package dev.rheo.merge.path;

import dev.rheo.codec.io.Meter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A set of paths, held as a tree. Each node is one path element; it may be a member of the set, and
 * it may have children. That a node has children does not make it a member. Immutable, thread-safe.
 *
 * <p>What is built is charged to the thread's {@link Meter}.
 */
public final class FieldSet {
  /** Heap of a node, its element and its share of the array, in bytes. */
  private static final int NODE_BYTES = 96;

  public static final FieldSet EMPTY = new FieldSet(new Node[0]);

  /**
   * @param children empty if there are none; a node is a member or has children
   */
  record Node(PathElement element, boolean member, FieldSet children) {}

  /** Sorted by element. */
  private final Node[] nodes;

  private FieldSet(Node[] nodes) {
    this.nodes = nodes;
  }

  private static FieldSet of(List<Node> nodes) {
    if (nodes.isEmpty()) {
      return EMPTY;
    }
    Meter.charge((long) NODE_BYTES * nodes.size());
    return new FieldSet(nodes.toArray(Node[]::new));
  }

  public static FieldSet of(FieldPath... paths) {
    Builder builder = new Builder();
    for (FieldPath path : paths) {
      builder.add(path.elements());
    }
    return builder.build();
  }

  public boolean isEmpty() {
    return nodes.length == 0;
  }

  /** The heap that the set takes, in bytes. */
  long bytes() {
    long bytes = (long) NODE_BYTES * nodes.length;
    for (Node node : nodes) {
      bytes += node.children.bytes();
    }
    return bytes;
  }

  /**
   * Says that of all that was charged since a mark only these sets are left.
   *
   * @param mark of {@link Meter#mark}
   */
  public static void left(long mark, FieldSet... sets) {
    Meter.release(mark);
    for (FieldSet set : sets) {
      Meter.charge(set.bytes());
    }
  }

  /** The number of paths. */
  public int size() {
    int size = 0;
    for (Node node : nodes) {
      size += (node.member ? 1 : 0) + node.children.size();
    }
    return size;
  }

  List<Node> nodes() {
    return Arrays.asList(nodes);
  }

  private @Nullable Node find(PathElement element) {
    int low = 0;
    int high = nodes.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = nodes[middle].element.compareTo(element);
      if (order == 0) {
        return nodes[middle];
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return null;
  }

  /** Whether the path of one element is a member. */
  public boolean has(PathElement element) {
    Node node = find(element);
    return node != null && node.member;
  }

  /** Whether a path is a member. The object itself never is. */
  public boolean has(FieldPath path) {
    FieldSet at = this;
    List<PathElement> elements = path.elements();
    for (int i = 0; i < elements.size(); i++) {
      Node node = at.find(elements.get(i));
      if (node == null) {
        return false;
      }
      if (i == elements.size() - 1) {
        return node.member;
      }
      at = node.children;
    }
    return false;
  }

  /** The members below an element, without the element. */
  public FieldSet below(PathElement element) {
    Node node = find(element);
    return node == null ? EMPTY : node.children;
  }

  /** The elements of the first level, members or not. */
  public List<PathElement> elements() {
    List<PathElement> elements = new ArrayList<>(nodes.length);
    for (Node node : nodes) {
      elements.add(node.element);
    }
    return elements;
  }

  /** Calls {@code action} with each path, a path before those below it. */
  public void forEach(Consumer<FieldPath> action) {
    forEach(new ArrayList<>(), action);
  }

  private void forEach(List<PathElement> above, Consumer<FieldPath> action) {
    for (Node node : nodes) {
      above.add(node.element);
      if (node.member) {
        action.accept(new FieldPath(above));
      }
      node.children.forEach(above, action);
      above.removeLast();
    }
  }

  private static void add(List<Node> out, PathElement element, boolean member, FieldSet children) {
    if (member || !children.isEmpty()) {
      out.add(new Node(element, member, children));
    }
  }

  /** The paths that have no others below them. */
  public FieldSet leaves() {
    List<Node> out = new ArrayList<>(nodes.length);
    for (Node node : nodes) {
      add(out, node.element, node.member && node.children.isEmpty(), node.children.leaves());
    }
    return of(out);
  }

  public FieldSet union(FieldSet other) {
    if (other.isEmpty()) {
      return this;
    }
    if (isEmpty()) {
      return other;
    }
    List<Node> out = new ArrayList<>(nodes.length + other.nodes.length);
    int i = 0;
    int j = 0;
    while (i < nodes.length || j < other.nodes.length) {
      int order = order(i, other, j);
      if (order < 0) {
        out.add(nodes[i++]);
      } else if (order > 0) {
        out.add(other.nodes[j++]);
      } else {
        Node a = nodes[i++];
        Node b = other.nodes[j++];
        out.add(new Node(a.element, a.member || b.member, a.children.union(b.children)));
      }
    }
    return of(out);
  }

  public FieldSet intersection(FieldSet other) {
    List<Node> out = new ArrayList<>();
    int i = 0;
    int j = 0;
    while (i < nodes.length && j < other.nodes.length) {
      int order = order(i, other, j);
      if (order < 0) {
        i++;
      } else if (order > 0) {
        j++;
      } else {
        Node a = nodes[i++];
        Node b = other.nodes[j++];
        add(out, a.element, a.member && b.member, a.children.intersection(b.children));
      }
    }
    return of(out);
  }

  /** The paths that are not in {@code other}; paths below those of {@code other} stay. */
  public FieldSet difference(FieldSet other) {
    return without(other, false);
  }

  /** The paths that are neither in {@code other} nor below a path of {@code other}. */
  public FieldSet recursiveDifference(FieldSet other) {
    return without(other, true);
  }

  private FieldSet without(FieldSet other, boolean recursive) {
    if (isEmpty() || other.isEmpty()) {
      return this;
    }
    List<Node> out = new ArrayList<>(nodes.length);
    int i = 0;
    int j = 0;
    while (i < nodes.length) {
      int order = order(i, other, j);
      if (order < 0) {
        out.add(nodes[i++]);
      } else if (order > 0) {
        j++;
      } else {
        Node a = nodes[i++];
        Node b = other.nodes[j++];
        if (!(recursive && b.member)) {
          add(out, a.element, a.member && !b.member, a.children.without(b.children, recursive));
        }
      }
    }
    return of(out);
  }

  /** Compares the next nodes of two sets in a merge; the end of a set comes after all nodes. */
  private int order(int i, FieldSet other, int j) {
    if (i == nodes.length) {
      return 1;
    }
    return j == other.nodes.length ? -1 : nodes[i].element.compareTo(other.nodes[j].element);
  }

  /**
   * The paths below certain prefixes, and those on the way to them.
   *
   * @param prefixes names of fields; {@code *} stands for any one element
   */
  public FieldSet within(List<List<String>> prefixes) {
    List<Node> out = new ArrayList<>();
    for (Node node : nodes) {
      List<List<String>> rest = new ArrayList<>();
      boolean whole = false;
      for (List<String> prefix : prefixes) {
        if (prefix.getFirst().equals("*")
            || node.element.equals(new PathElement.Field(prefix.getFirst()))) {
          whole |= prefix.size() == 1;
          rest.add(prefix.subList(1, prefix.size()));
        }
      }
      if (whole) {
        out.add(node);
      } else if (!rest.isEmpty()) {
        add(out, node.element, node.member, node.children.within(rest));
      }
    }
    return of(out);
  }

  /** Decides on each node of a set, from the root downward. */
  public interface Rule {
    /** Whether an element that has children becomes a member, if it is not one. */
    boolean becomesMember(PathElement element);

    /** The rule for what is below an element. */
    Rule below(PathElement element);
  }

  /** The set with further members among the nodes that have children. */
  public FieldSet withMembers(Rule rule) {
    List<Node> out = new ArrayList<>(nodes.length);
    for (Node node : nodes) {
      out.add(
          node.children.isEmpty()
              ? node
              : new Node(
                  node.element,
                  node.member || rule.becomesMember(node.element),
                  node.children.withMembers(rule.below(node.element))));
    }
    return of(out);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FieldSet set && Arrays.equals(nodes, set.nodes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(nodes);
  }

  /** The paths, one a line. */
  @Override
  public String toString() {
    List<String> lines = new ArrayList<>();
    forEach(path -> lines.add(path.toString()));
    return String.join("\n", lines);
  }

  /** Collects paths in any order. Not thread-safe. */
  public static final class Builder {
    private final TreeMap<PathElement, Builder> children = new TreeMap<>();
    private boolean member;

    /** Adds a path; that of the object itself is ignored. */
    public void add(List<PathElement> path) {
      if (path.isEmpty()) {
        return;
      }
      Builder at = this;
      for (PathElement element : path) {
        at = at.child(element);
      }
      at.member = true;
    }

    Builder child(PathElement element) {
      Builder child = children.get(element);
      if (child == null) {
        Meter.charge(NODE_BYTES);
        child = new Builder();
        children.put(element, child);
      }
      return child;
    }

    void member() {
      member = true;
    }

    /** The set. The builder is not used any more. */
    public FieldSet build() {
      if (children.isEmpty()) {
        return EMPTY;
      }
      List<Node> nodes = new ArrayList<>(children.size());
      children.forEach(
          (element, child) -> FieldSet.add(nodes, element, child.member, child.build()));
      return of(nodes);
    }
  }
}
