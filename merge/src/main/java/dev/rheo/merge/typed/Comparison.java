package dev.rheo.merge.typed;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.codec.io.Meter;
import dev.rheo.merge.path.FieldSet;
import dev.rheo.merge.path.PathElement;
import dev.rheo.merge.path.Scalars;
import dev.rheo.merge.typed.MergeType.ListShape;
import dev.rheo.merge.typed.MergeType.MapShape;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What differs between two values of one type. No path is in two of the sets.
 *
 * @param removed what only the first has
 * @param modified what both have, with different values
 * @param added what only the second has
 */
public record Comparison(FieldSet removed, FieldSet modified, FieldSet added) {

  /**
   * @throws TypedException if a part of them is not of its type
   */
  public static Comparison of(JsonNode before, JsonNode after, MergeType type)
      throws TypedException {
    long mark = Meter.mark();
    Comparer comparer = new Comparer();
    comparer.visit(before, after, type);
    comparer.walk.finish();
    Comparison comparison =
        new Comparison(comparer.removed.build(), comparer.modified.build(), comparer.added.build());
    FieldSet.left(mark, comparison.removed, comparison.modified, comparison.added);
    return comparison;
  }

  /** The same with each set filtered. */
  public Comparison filtered(UnaryOperator<FieldSet> filter) {
    return new Comparison(filter.apply(removed), filter.apply(modified), filter.apply(added));
  }

  private static final class Comparer {
    private final Walk walk = new Walk();
    private final FieldSet.Builder removed = new FieldSet.Builder();
    private final FieldSet.Builder modified = new FieldSet.Builder();
    private final FieldSet.Builder added = new FieldSet.Builder();

    /** One of the two values may be absent. */
    void visit(@Nullable JsonNode before, @Nullable JsonNode after, MergeType type) {
      MergeType first = type.of(before);
      MergeType second = type.of(after);
      boolean leaf;
      if (after == null) {
        leaf = visitAs(first, before, after);
      } else {
        if (before != null && first != second) {
          // The value changed its kind: what was below the first is gone.
          visitAs(first, before, after);
        }
        leaf = visitAs(second, before, after);
      }
      if (!leaf) {
        if (before == null) {
          added.add(walk.path);
        } else if (after == null) {
          removed.add(walk.path);
        }
      }
    }

    /** Returns whether the values were compared as a whole. */
    private boolean visitAs(MergeType kind, @Nullable JsonNode before, @Nullable JsonNode after) {
      MapShape map = kind.map();
      ListShape list = kind.list();
      if (map != null) {
        JsonNode a = Walk.object(before);
        JsonNode b = Walk.object(after);
        if (map.atomic() || (Walk.isEmpty(a) && Walk.isEmpty(b))) {
          return leaf(before, after);
        }
        walk.members(a, b, map, (_, first, second, type) -> visit(first, second, type));
        return false;
      }
      if (kind.scalar() != null) {
        return !walk.areBothFaulty(kind.scalar(), before, after) && leaf(before, after);
      }
      if (list == null) {
        return false;
      }
      JsonNode a = Walk.array(before);
      JsonNode b = Walk.array(after);
      if (!list.associative() || (Walk.isEmpty(a) && Walk.isEmpty(b))) {
        return leaf(before, after);
      }
      visitList(a, b, list);
      return false;
    }

    private boolean leaf(@Nullable JsonNode before, @Nullable JsonNode after) {
      if (before == null) {
        added.add(walk.path);
      } else if (after == null) {
        removed.add(walk.path);
      } else if (!Scalars.equal(before, after)) {
        modified.add(walk.path);
      }
      return true;
    }

    private void visitList(@Nullable JsonNode before, @Nullable JsonNode after, ListShape list) {
      TreeMap<PathElement, List<JsonNode>> first = index(before, list);
      TreeMap<PathElement, List<JsonNode>> second = index(after, list);
      // Sorted, not hashed: path elements with one hash code would cost the square of their number.
      Set<PathElement> all = new TreeSet<>(first.keySet());
      all.addAll(second.keySet());
      for (PathElement element : all) {
        List<JsonNode> a = first.getOrDefault(element, List.of());
        List<JsonNode> b = second.getOrDefault(element, List.of());
        if (a.size() <= 1 && b.size() <= 1) {
          visitElement(
              element, a.isEmpty() ? null : a.getFirst(), b.isEmpty() ? null : b.getFirst(), list);
        } else if (a.size() > 1 && b.size() > 1) {
          if (!equal(a, b)) {
            mark(modified, element);
          }
        } else if (a.size() > 1) {
          if (!b.isEmpty()) {
            visitElement(element, null, b.getFirst(), list);
          }
          mark(removed, element);
        } else {
          if (!a.isEmpty()) {
            visitElement(element, a.getFirst(), null, list);
          }
          mark(added, element);
        }
      }
    }

    private void mark(FieldSet.Builder set, PathElement element) {
      walk.path.add(element);
      set.add(walk.path);
      walk.path.removeLast();
    }

    private void visitElement(
        PathElement element, @Nullable JsonNode before, @Nullable JsonNode after, ListShape list) {
      walk.path.add(element);
      visit(before, after, list.element());
      walk.path.removeLast();
    }

    private TreeMap<PathElement, List<JsonNode>> index(@Nullable JsonNode list, ListShape shape) {
      TreeMap<PathElement, List<JsonNode>> index = new TreeMap<>();
      for (int i = 0; list != null && i < list.size(); i++) {
        JsonNode element = list.get(i);
        try {
          index
              .computeIfAbsent(Walk.identify(shape, element), any -> new ArrayList<>(1))
              .add(element);
        } catch (Walk.UnidentifiedException e) {
          walk.fault("element " + i + ": " + e.getMessage());
        }
      }
      return index;
    }

    private static boolean equal(List<JsonNode> a, List<JsonNode> b) {
      if (a.size() != b.size()) {
        return false;
      }
      for (int i = 0; i < a.size(); i++) {
        if (!Scalars.equal(a.get(i), b.get(i))) {
          return false;
        }
      }
      return true;
    }
  }
}
