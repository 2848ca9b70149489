package dev.rheo.merge.typed;

import dev.rheo.merge.path.FieldSet;
import dev.rheo.merge.path.PathElement;
import dev.rheo.merge.typed.MergeType.ListShape;
import dev.rheo.merge.typed.MergeType.MapShape;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Adapts a stored field set to its type, which may have changed since: who owned parts of a list or
 * map that is atomic now owns all of it.
 */
public final class Reconciliation {
  private final FieldSet.Builder atomic = new FieldSet.Builder();
  private final List<PathElement> path = new ArrayList<>();

  private Reconciliation() {}

  public static FieldSet reconcile(FieldSet set, MergeType type) {
    Reconciliation reconciliation = new Reconciliation();
    reconciliation.visit(set, type, false);
    FieldSet changed = reconciliation.atomic.build();
    return changed.isEmpty() ? set : set.recursiveDifference(changed).union(changed);
  }

  /**
   * @param whole whether the value is owned as a whole already
   */
  private void visit(FieldSet set, MergeType type, boolean whole) {
    MapShape map = type.map();
    ListShape list = type.list();
    if (map != null) {
      if (map.isDeduced()) {
        return;
      }
      if (map.atomic()) {
        if (!whole && !set.isEmpty()) {
          atomic.add(path);
        }
        return;
      }
      descend(set, type, null);
    } else if (type.scalar() == null && list != null) {
      if (!list.associative()) {
        if (!whole) {
          atomic.add(path);
        }
        return;
      }
      descend(set, type, list.element());
    }
  }

  private void descend(FieldSet set, MergeType type, @Nullable MergeType element) {
    for (PathElement step : set.elements()) {
      MergeType below =
          element != null
              ? element
              : step instanceof PathElement.Field(String name) ? type.member(name) : null;
      if (below != null) {
        FieldSet children = set.below(step);
        path.add(step);
        visit(children, below, set.has(step) && children.isEmpty());
        path.removeLast();
      }
    }
  }
}
