package dev.rheo.merge.typed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.io.Meter;
import dev.rheo.merge.path.PathElement;
import dev.rheo.merge.typed.MergeType.ListShape;
import dev.rheo.merge.typed.MergeType.MapShape;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Merges an applied configuration into an object. Maps and associative lists are merged part by
 * part, everything else is taken from the configuration where it has it.
 */
public final class Merger {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /** Heap of an object and of a member, without its value, in bytes. */
  private static final int OBJECT_BYTES = 160;

  private static final int MEMBER_BYTES = 56;

  private final Walk walk = new Walk();

  private Merger() {}

  /**
   * @return a new value that shares unchanged parts with its sources; null if nothing is left
   * @throws TypedException if the configuration has several elements with one key, or a part is not
   *     of its type
   */
  public static @Nullable JsonNode merge(JsonNode object, JsonNode configuration, MergeType type)
      throws TypedException {
    Merger merger = new Merger();
    JsonNode merged = merger.visit(object, configuration, type);
    merger.walk.finish();
    return merged;
  }

  /** One of the two values may be absent. */
  private @Nullable JsonNode visit(
      @Nullable JsonNode live, @Nullable JsonNode applied, MergeType type) {
    MergeType kind = type.of(applied == null ? live : applied);
    MapShape map = kind.map();
    ListShape list = kind.list();
    JsonNode whole = applied == null ? live : applied;
    if (map != null) {
      JsonNode a = Walk.object(live);
      JsonNode b = Walk.object(applied);
      return map.atomic() || (Walk.isEmpty(a) && Walk.isEmpty(b)) ? whole : mergeMap(a, b, map);
    }
    if (kind.scalar() != null) {
      return walk.areBothFaulty(kind.scalar(), live, applied) ? null : whole;
    }
    if (list == null) {
      return whole;
    }
    JsonNode a = Walk.array(live);
    JsonNode b = Walk.array(applied);
    return !list.associative() || (Walk.isEmpty(a) && Walk.isEmpty(b))
        ? whole
        : mergeList(a, b, list);
  }

  private @Nullable JsonNode mergeMap(
      @Nullable JsonNode live, @Nullable JsonNode applied, MapShape map) {
    Meter.charge(
        OBJECT_BYTES
            + (long) MEMBER_BYTES
                * ((live == null ? 0 : live.size()) + (applied == null ? 0 : applied.size())));
    ObjectNode out = NODES.objectNode();
    walk.members(
        live,
        applied,
        map,
        (name, ours, theirs, type) -> {
          JsonNode merged = visit(ours, theirs, type);
          if (merged != null) {
            out.set(name, merged);
          }
        });
    return out.isEmpty() ? null : out;
  }

  /**
   * The elements of a list in order, and by key.
   *
   * @param first by key; a null node if a key is there more than once, as such elements are not
   *     merged
   */
  private record Index(List<PathElement> order, TreeMap<PathElement, JsonNode> first) {
    @Nullable JsonNode get(PathElement element) {
      return first.get(element);
    }

    boolean has(PathElement element) {
      return first.containsKey(element);
    }
  }

  private Index index(@Nullable JsonNode list, ListShape shape, boolean duplicates) {
    Index index = new Index(new ArrayList<>(), new TreeMap<>());
    for (int i = 0; list != null && i < list.size(); i++) {
      PathElement element;
      try {
        element = Walk.identify(shape, list.get(i));
      } catch (Walk.UnidentifiedException e) {
        walk.fault("element " + i + ": " + e.getMessage());
        continue;
      }
      if (index.has(element)) {
        if (!duplicates) {
          walk.fault("duplicate entries for key " + element);
          continue;
        }
        index.first.put(element, NullNode.getInstance());
      } else {
        index.first.put(element, list.get(i));
      }
      index.order.add(element);
    }
    return index;
  }

  /**
   * Merges two lists. The elements that both have come in the order of the applied list; what only
   * the live list has stays where it is before the next shared element; what only the applied list
   * has comes after the element that it follows there.
   */
  private @Nullable JsonNode mergeList(
      @Nullable JsonNode live, @Nullable JsonNode applied, ListShape list) {
    Index ours = index(live, list, true);
    Index theirs = index(applied, list, false);
    if (!walk.isFaultless()) {
      return null;
    }
    List<PathElement> shared = theirs.order.stream().filter(ours::has).toList();
    int next = 0;
    ArrayNode out = NODES.arrayNode();
    Set<PathElement> merged = new TreeSet<>();
    int l = 0;
    int r = 0;
    while (l < ours.order.size() || r < theirs.order.size()) {
      if (l < ours.order.size() && r < theirs.order.size()) {
        PathElement element = ours.order.get(l);
        if (element.equals(theirs.order.get(r))) {
          merged.add(element);
          mergeElement(out, element, ours.get(element), theirs.get(element), list);
          l++;
          r++;
          next++;
          continue;
        }
        if (theirs.has(element) && next < shared.size() && !shared.get(next).equals(element)) {
          // A shared element, but not the one that is due.
          l++;
          continue;
        }
      }
      if (l < ours.order.size()) {
        PathElement element = ours.order.get(l);
        if (!theirs.has(element)) {
          mergeElement(out, element, live == null ? null : live.get(l), null, list);
          l++;
          continue;
        }
        if (merged.contains(element)) {
          l++;
        }
      }
      if (r < theirs.order.size()) {
        PathElement element = theirs.order.get(r);
        merged.add(element);
        mergeElement(out, element, ours.get(element), theirs.get(element), list);
        r++;
        if (next < shared.size() && shared.get(next).equals(element)) {
          next++;
        }
      }
    }
    return out.isEmpty() ? null : out;
  }

  private void mergeElement(
      ArrayNode out,
      PathElement element,
      @Nullable JsonNode live,
      @Nullable JsonNode applied,
      ListShape list) {
    walk.path.add(element);
    JsonNode merged = visit(live, applied, list.element());
    if (merged != null) {
      out.add(merged);
    }
    walk.path.removeLast();
  }
}
