package dev.rheo.schema.rule;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.rheo.cel.eval.EvaluationException;
import dev.rheo.cel.eval.Values;
import dev.rheo.schema.Structural;
import java.util.AbstractList;
import java.util.List;
import java.util.RandomAccess;

/**
 * A list by its schema. Its elements are those of an object, or, after an addition, values of the
 * expression. This one is ordered; {@link SetView} and {@link MapListView} are not.
 */
class ListView extends AbstractList<Object> implements Values.Own, RandomAccess {
  final List<?> elements;
  final Structural items;

  /**
   * @param elements each a {@link JsonNode} or a value
   */
  ListView(List<?> elements, Structural items) {
    this.elements = elements;
    this.items = items;
  }

  /** The elements of an array, without a copy. */
  static List<JsonNode> elements(ArrayNode array) {
    return new Sequence<>() {
      @Override
      public JsonNode get(int index) {
        JsonNode element = array.get(index);
        if (element == null) {
          throw new IndexOutOfBoundsException(index);
        }
        return element;
      }

      @Override
      public int size() {
        return array.size();
      }
    };
  }

  private abstract static class Sequence<E> extends AbstractList<E> implements RandomAccess {}

  /** One list after another, without a copy. */
  private static List<Object> concat(List<?> a, List<?> b) {
    int size = a.size();
    return new Sequence<>() {
      @Override
      public Object get(int index) {
        return index < size ? a.get(index) : b.get(index - size);
      }

      @Override
      public int size() {
        return size + b.size();
      }
    };
  }

  @Override
  public final Object get(int index) {
    Object element = elements.get(index);
    return element instanceof JsonNode node
        ? SchemaValues.of(node, items)
        : SchemaValues.element(element, items);
  }

  @Override
  public final int size() {
    return elements.size();
  }

  @Override
  public boolean same(Object other) throws EvaluationException {
    List<?> list = list(other);
    if (list.size() != size()) {
      return false;
    }
    for (int i = 0; i < size(); i++) {
      if (!sameElement(get(i), list.get(i))) {
        return false;
      }
    }
    return true;
  }

  @Override
  public Object plus(Object other) throws EvaluationException {
    return new ListView(concat(elements, list(other)), items);
  }

  static List<?> list(Object other) throws EvaluationException {
    if (other instanceof List<?> list) {
      return list;
    }
    throw new EvaluationException("no such overload");
  }

  /** Whether an element equals another; the first decides what that means. */
  static boolean sameElement(Object a, Object b) throws EvaluationException {
    if (a instanceof EvaluationException e) {
      throw e;
    }
    return a instanceof Values.Own own ? own.same(b) : Values.same(a, b);
  }

  /** The elements as JSON; what is none is left out. */
  final ArrayNode json() {
    ArrayNode array = JsonNodeFactory.instance.arrayNode(size());
    for (Object element : elements) {
      if (element instanceof JsonNode node) {
        array.add(node);
      }
    }
    return array;
  }
}
