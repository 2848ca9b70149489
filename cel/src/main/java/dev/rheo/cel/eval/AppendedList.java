package dev.rheo.cel.eval;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.RandomAccess;

/**
 * A list that was made by appending to another. Both share their elements, so that a loop that
 * appends to its accumulator takes linear time; appending to a list for the second time copies it.
 */
final class AppendedList extends AbstractList<Object> implements RandomAccess {
  private final List<Object> shared;
  private final int size;

  private AppendedList(List<Object> shared) {
    this.shared = shared;
    this.size = shared.size();
  }

  static List<?> concat(List<?> a, List<?> b) {
    if (b.isEmpty()) {
      return a;
    }
    List<Object> elements =
        a instanceof AppendedList list && list.shared.size() == list.size
            ? list.shared
            : new ArrayList<>(a);
    elements.addAll(b);
    return new AppendedList(elements);
  }

  @Override
  public Object get(int index) {
    if (index >= size) {
      throw new IndexOutOfBoundsException(index);
    }
    return shared.get(index);
  }

  @Override
  public int size() {
    return size;
  }
}
