package dev.rheo.schema.rule;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.cel.eval.EvaluationException;
import dev.rheo.cel.type.Names;
import dev.rheo.schema.Structural;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A list of type {@code map}: keys distinguish the elements, whose order does not matter. */
final class MapListView extends ListView {
  private final List<String> keys;

  MapListView(List<?> elements, Structural items, List<String> keys) {
    super(elements, items);
    this.keys = keys;
  }

  @Override
  public boolean same(Object other) throws EvaluationException {
    List<?> list = list(other);
    if (list.size() != size()) {
      return false;
    }
    Map<Object, Object> mine = new HashMap<>();
    for (Object element : elements) {
      mine.put(key(element), element);
    }
    for (Object element : list) {
      Object found = mine.get(key(element));
      if (found == null) {
        return false;
      }
      Object value =
          found instanceof JsonNode node
              ? SchemaValues.of(node, items)
              : SchemaValues.element(found, items);
      if (!sameElement(value, element)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public Object plus(Object other) throws EvaluationException {
    List<Object> sum = new ArrayList<>(elements);
    Map<Object, Integer> places = new HashMap<>();
    for (int i = 0; i < sum.size(); i++) {
      places.put(key(sum.get(i)), i);
    }
    for (Object element : list(other)) {
      Integer place = places.get(key(element));
      if (place == null) {
        sum.add(element);
      } else {
        sum.set(place, element);
      }
    }
    return new MapListView(sum, items, keys);
  }

  /** As upstream, by the escaped names; what is no object of the API has no key in common. */
  private Object key(Object element) {
    if (!(SchemaValues.raw(element) instanceof ObjectNode object)) {
      return new Object();
    }
    List<@Nullable Object> key = new ArrayList<>(keys.size());
    for (String name : keys) {
      String identifier = Names.escape(name);
      JsonNode value = object.get(identifier == null ? name : identifier);
      key.add(value == null ? null : SchemaValues.raw(value));
    }
    return key;
  }
}
