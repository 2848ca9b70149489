package dev.rheo.merge;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.api.status.Excerpt;
import dev.rheo.codec.tree.Trees;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The order of the elements of a list that a {@link StrategicMergePatch} has merged. Elements are
 * identified by the value of their merge key; with an empty key, by themselves.
 */
final class ElementOrder {
  private ElementOrder() {}

  /**
   * Orders a merged list. The elements that the patch names take the patch's order, the others keep
   * their old order. Each of the others precedes the first named element that used to follow it.
   *
   * @param order elements of the patch, or their keys
   */
  static List<JsonNode> ordered(
      List<JsonNode> merged, List<JsonNode> order, List<JsonNode> before, String key)
      throws PatchException {
    Map<String, Integer> wanted = positions(order, key);
    Map<String, Integer> stood = positions(before, key);
    List<Placed> named = new ArrayList<>();
    List<Placed> others = new ArrayList<>();
    for (JsonNode element : merged) {
      String id = Trees.identity(keyOf(element, key));
      Integer at = wanted.get(id);
      int stand = stood.getOrDefault(id, -1);
      if (at != null) {
        named.add(new Placed(element, at, stand));
      } else {
        others.add(new Placed(element, stand, stand));
      }
    }
    named.sort(Comparator.comparingInt(Placed::rank));
    others.sort(Comparator.comparingInt(Placed::rank));

    List<JsonNode> result = new ArrayList<>(merged.size());
    int i = 0;
    int j = 0;
    while (i < others.size() || j < named.size()) {
      boolean another =
          j == named.size()
              || (i < others.size()
                  && others.get(i).stood() >= 0
                  && others.get(i).stood() < named.get(j).stood());
      result.add(another ? others.get(i++).element() : named.get(j++).element());
    }
    return result;
  }

  /**
   * An element of a merged list.
   *
   * @param rank its order among the elements that the patch names, or among the others
   * @param stood its index before the patch, -1 if it is new
   */
  private record Placed(JsonNode element, int rank, int stood) {}

  /** The elements of a patch must be in the order that its {@code $setElementOrder} demands. */
  static void check(List<JsonNode> changes, List<JsonNode> order, String key)
      throws PatchException {
    if (changes.isEmpty() || order.isEmpty()) {
      return;
    }
    int at = 0;
    for (JsonNode change : changes) {
      if (change.has(StrategicMergePatch.DIRECTIVE)) {
        continue;
      }
      JsonNode wanted = keyOf(change, key);
      while (at < order.size() && !wanted.equals(valueOf(order.get(at), key))) {
        at++;
      }
      if (at == order.size()) {
        throw PatchException.malformed(
            "The order in patch list doesn't match " + StrategicMergePatch.SET_ORDER + " list");
      }
      at++;
    }
  }

  static JsonNode keyOf(JsonNode element, String key) throws PatchException {
    JsonNode value = key.isEmpty() ? element : element.get(key);
    if (value == null) {
      throw PatchException.malformed(
          "map: " + Excerpt.goValue(element) + " does not contain declared merge key: " + key);
    }
    return value;
  }

  private static JsonNode valueOf(JsonNode element, String key) {
    return key.isEmpty() ? element : element.path(key);
  }

  /** Maps each key to the index of its first element. */
  static Map<String, Integer> positions(List<JsonNode> elements, String key) {
    Map<String, Integer> positions = new HashMap<>();
    for (int i = 0; i < elements.size(); i++) {
      positions.putIfAbsent(Trees.identity(valueOf(elements.get(i), key)), i);
    }
    return positions;
  }
}
