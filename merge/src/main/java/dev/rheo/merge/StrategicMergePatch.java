package dev.rheo.merge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.Excerpt;
import dev.rheo.codec.io.Meter;
import dev.rheo.codec.tree.TreeCopies;
import dev.rheo.codec.tree.Trees;
import dev.rheo.merge.PatchSchema.Member;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Kubernetes' strategic merge patch: a merge patch that knows which lists are sets. Where the
 * schema says {@code merge}, a list is not replaced: its elements are matched by the merge key,
 * primitives by their value.
 *
 * <p>Directives in a patch:
 *
 * <ul>
 *   <li>{@code $patch: replace} in an object: its other members replace the object; in an element
 *       of a merged list: the other elements replace the list
 *   <li>{@code $patch: delete} in an object: it becomes empty; in an element of a merged list: the
 *       elements with the same merge key are removed
 *   <li>{@code $deleteFromPrimitiveList/name}: these elements of the list {@code name} are removed
 *   <li>{@code $setElementOrder/name}: the order of the list {@code name} after the patch; elements
 *       that it does not name keep their order among themselves
 *   <li>{@code $retainKeys}: members that it does not name are removed
 * </ul>
 *
 * <p>The semantics are those of {@code k8s.io/apimachinery/pkg/util/strategicpatch} when it applies
 * a patch to an object.
 */
public final class StrategicMergePatch {
  static final String DIRECTIVE = "$patch";
  private static final String DELETE_FROM = "$deleteFromPrimitiveList";
  static final String SET_ORDER = "$setElementOrder";
  private static final String RETAIN_KEYS = "$retainKeys";
  private static final String MERGE = "merge";
  private static final String REPLACE = "replace";

  /**
   * The most list elements and object members that one patch may visit. A patch that names each
   * list element once visits each a few times. A patch that names an element repeatedly visits its
   * content each time.
   */
  static final int MAX_STEPS = 1 << 23;

  private static final int STEPS_PER_CHECK = 1 << 14;

  /** Heap of the maps and lists that merge one list, in bytes per element. */
  private static final int ELEMENT = 160;

  private int steps;
  private int unchecked;
  private int longest;

  private StrategicMergePatch() {}

  /**
   * @return a new document; neither argument is changed
   */
  public static ObjectNode apply(ObjectNode document, JsonNode patch, PatchSchema schema)
      throws PatchException {
    if (!(patch instanceof ObjectNode object)) {
      throw PatchException.malformed("invalid JSON document");
    }
    return new StrategicMergePatch()
        .mergeObject(TreeCopies.of(document), TreeCopies.of(object), schema);
  }

  /** Merges {@code patch} into {@code original}, and modifies both. */
  private ObjectNode mergeObject(ObjectNode original, ObjectNode patch, PatchSchema schema)
      throws PatchException {
    JsonNode directive = patch.get(DIRECTIVE);
    if (directive != null) {
      return switch (directive.asText()) {
        case REPLACE -> patch.without(DIRECTIVE);
        case "delete" -> patch.removeAll();
        default -> throw badDirective(directive, patch);
      };
    }
    retainKeys(original, patch);
    setElementOrder(original, patch, schema);
    for (Map.Entry<String, JsonNode> member : List.copyOf(patch.properties())) {
      String name = member.getKey();
      JsonNode value = member.getValue();
      if (name.startsWith(DELETE_FROM)) {
        deleteFromPrimitives(original, listName(name, DELETE_FROM), value);
      } else if (value.isNull()) {
        original.remove(name);
      } else {
        mergeMember(original, name, value, schema);
      }
    }
    return original;
  }

  private void mergeMember(ObjectNode original, String name, JsonNode value, PatchSchema schema)
      throws PatchException {
    JsonNode present = original.get(name);
    if (present instanceof ObjectNode object && value instanceof ObjectNode patch) {
      Member member = schema.member(name);
      original.set(
          name,
          member.strategy().equals(REPLACE) ? patch : mergeObject(object, patch, member.schema()));
    } else if (present instanceof ArrayNode list && value instanceof ArrayNode patch) {
      original.set(name, mergeList(list, patch, schema.member(name)));
    } else {
      MergePatch.pruneNulls(value);
      JsonNode added = withoutDirectives(value, false);
      if (added == null) {
        original.remove(name);
      } else {
        original.set(name, added);
      }
    }
  }

  private ArrayNode mergeList(ArrayNode original, ArrayNode patch, Member member)
      throws PatchException {
    if (!member.strategy().equals(MERGE)) {
      return patch;
    }
    if (original.isEmpty() && patch.isEmpty()) {
      return original;
    }
    step(original.size() + patch.size());
    String key = member.mergeKey();
    List<JsonNode> merged;
    List<JsonNode> elements = list(patch);
    if (!holdsObjects(original, patch)) {
      merged = distinct(concat(list(original), elements));
      key = "";
    } else {
      if (key.isEmpty()) {
        throw PatchException.malformed("cannot merge lists without merge key");
      }
      merged = list(original);
      List<JsonNode> plain = new ArrayList<>();
      Set<String> gone = new HashSet<>();
      boolean replace = false;
      for (JsonNode element : elements) {
        JsonNode directive = element.get(DIRECTIVE);
        if (directive == null) {
          plain.add(element);
        } else if (directive.asText().equals("delete")) {
          gone.add(Trees.identity(ElementOrder.keyOf(element, key)));
        } else if (directive.asText().equals(REPLACE)) {
          replace = true;
        } else {
          throw badDirective(directive, element);
        }
      }
      if (!gone.isEmpty()) {
        String keyName = key;
        merged.removeIf(present -> gone.contains(Trees.identity(present.path(keyName))));
      }
      if (replace) {
        merged = new ArrayList<>();
      }
      elements = plain;
      mergeElements(merged, elements, key, member.schema());
    }
    return array(original, ElementOrder.ordered(merged, elements, list(original), key));
  }

  private void mergeElements(
      List<JsonNode> merged, List<JsonNode> elements, String key, PatchSchema schema)
      throws PatchException {
    Map<String, Integer> positions = ElementOrder.positions(merged, key);
    for (JsonNode element : elements) {
      String id = Trees.identity(ElementOrder.keyOf(element, key));
      Integer at = positions.get(id);
      if (at != null) {
        merged.set(
            at,
            mergeObject((ObjectNode) merged.get(at), TreeCopies.of((ObjectNode) element), schema));
        continue;
      }
      // upstream adds a new element as it is, but its directives must not be stored
      JsonNode added = withoutDirectives(element, true);
      if (added != null) {
        positions.put(id, merged.size());
        merged.add(added);
      }
    }
  }

  private void setElementOrder(ObjectNode original, ObjectNode patch, PatchSchema schema)
      throws PatchException {
    for (Map.Entry<String, JsonNode> entry : List.copyOf(patch.properties())) {
      if (!entry.getKey().startsWith(SET_ORDER)) {
        continue;
      }
      String name = listName(entry.getKey(), SET_ORDER);
      patch.remove(entry.getKey());
      Member member = schema.member(name);
      List<JsonNode> order = listOrFail(entry.getValue(), SET_ORDER);
      JsonNode present = original.get(name);
      JsonNode patched = patch.get(name);
      List<JsonNode> before = present == null ? List.of() : listOrFail(present, SET_ORDER);
      List<JsonNode> changes = patched == null ? List.of() : listOrFail(patched, SET_ORDER);
      step(before.size() + changes.size() + order.size());
      String key = holdsObjects(before, changes) ? member.mergeKey() : "";
      ElementOrder.check(changes, order, key);
      patch.remove(name);
      ArrayNode merged;
      if (present == null && patched == null) {
        continue;
      } else if (present == null) {
        merged = (ArrayNode) withoutDirectives(patched, false);
      } else if (patched == null) {
        merged = (ArrayNode) present;
      } else {
        merged = mergeList((ArrayNode) present, (ArrayNode) patched, member);
      }
      if (merged != null) {
        original.set(name, array(merged, ElementOrder.ordered(list(merged), order, before, key)));
      }
    }
  }

  private void retainKeys(ObjectNode original, ObjectNode patch) throws PatchException {
    JsonNode directive = patch.remove(RETAIN_KEYS);
    if (directive == null) {
      return;
    }
    if (!directive.isArray()) {
      throw badRetainKeys();
    }
    Set<String> keys = new HashSet<>();
    directive.forEach(key -> keys.add(key.asText()));
    for (Map.Entry<String, JsonNode> member : patch.properties()) {
      String name = member.getKey();
      if (!member.getValue().isNull()
          && !name.startsWith(DELETE_FROM)
          && !name.startsWith(SET_ORDER)
          && !keys.contains(name)) {
        throw badRetainKeys();
      }
    }
    step(original.size());
    original.retain(keys);
  }

  private void deleteFromPrimitives(ObjectNode original, String name, JsonNode value)
      throws PatchException {
    Set<String> gone = new HashSet<>();
    for (JsonNode element : listOrFail(value, DELETE_FROM)) {
      gone.add(Trees.identity(element));
    }
    if (original.get(name) instanceof ArrayNode present) {
      step(present.size());
      if (holdsObjects(present, present)) {
        throw PatchException.malformed("invalid patch format of primitive list");
      }
      original.set(
          name,
          array(
              present,
              list(present).stream().filter(e -> !gone.contains(Trees.identity(e))).toList()));
    }
  }

  private static String listName(String member, String prefix) throws PatchException {
    if (!member.startsWith(prefix + "/")) {
      throw PatchException.malformed(
          prefix.equals(DELETE_FROM)
              ? "invalid patch format of primitive list"
              : "invalid patch format of setElementOrder list");
    }
    return member.substring(prefix.length() + 1);
  }

  /**
   * Removes the members and elements that carry a directive; null if the value itself carries one.
   *
   * @param replaced whether to keep an object with {@code $patch: replace} and other members,
   *     without the directive
   */
  private static @Nullable JsonNode withoutDirectives(JsonNode value, boolean replaced) {
    switch (value) {
      case ObjectNode object -> {
        JsonNode directive = object.remove(DIRECTIVE);
        if (directive != null
            && !(replaced && directive.asText().equals(REPLACE) && !object.isEmpty())) {
          return null;
        }
        for (Map.Entry<String, JsonNode> member : List.copyOf(object.properties())) {
          String name = member.getKey();
          JsonNode kept =
              name.equals(RETAIN_KEYS)
                      || name.startsWith(SET_ORDER + "/")
                      || name.startsWith(DELETE_FROM + "/")
                  ? null
                  : withoutDirectives(member.getValue(), replaced);
          if (kept == null) {
            object.remove(name);
          } else {
            object.set(name, kept);
          }
        }
        return object;
      }
      case ArrayNode list -> {
        ArrayNode kept = list.arrayNode();
        for (JsonNode element : list) {
          JsonNode plain = withoutDirectives(element, replaced);
          if (plain != null) {
            kept.add(plain);
          }
        }
        return kept;
      }
      default -> {
        return value;
      }
    }
  }

  private static boolean holdsObjects(Iterable<JsonNode> a, Iterable<JsonNode> b)
      throws PatchException {
    Boolean objects = null;
    for (JsonNode element : concat(a, b)) {
      if (element.isArray()) {
        throw PatchException.notApplicable("lists of lists are not supported");
      }
      if (objects != null && objects != element.isObject()) {
        throw PatchException.malformed("list element types are not identical");
      }
      objects = element.isObject();
    }
    return Boolean.TRUE.equals(objects);
  }

  /** The distinct elements, each at its first position. */
  private static List<JsonNode> distinct(List<JsonNode> elements) {
    Set<String> seen = new HashSet<>();
    List<JsonNode> distinct = new ArrayList<>(elements.size());
    for (JsonNode element : elements) {
      if (seen.add(Trees.identity(element))) {
        distinct.add(element);
      }
    }
    return distinct;
  }

  private static List<JsonNode> listOrFail(JsonNode value, String directive) throws PatchException {
    if (!value.isArray()) {
      throw PatchException.malformed("expected a list for " + directive);
    }
    return list(value);
  }

  private static List<JsonNode> list(Iterable<JsonNode> elements) {
    List<JsonNode> list = new ArrayList<>();
    elements.forEach(list::add);
    return list;
  }

  private static List<JsonNode> concat(Iterable<JsonNode> a, Iterable<JsonNode> b) {
    List<JsonNode> both = list(a);
    b.forEach(both::add);
    return both;
  }

  private static ArrayNode array(ArrayNode like, List<JsonNode> elements) {
    ArrayNode array = like.arrayNode(elements.size());
    elements.forEach(array::add);
    return array;
  }

  /**
   * Counts the elements that are visited next, and charges the memory of the longest list so far.
   */
  private void step(int elements) throws PatchException {
    if (elements > longest) {
      Meter.charge((long) ELEMENT * (elements - longest));
      longest = elements;
    }
    steps += elements;
    if (steps > MAX_STEPS) {
      throw new PatchException(
          PatchException.Fault.TOO_LARGE,
          "a strategic merge patch may look at no more than "
              + MAX_STEPS
              + " elements; it looks at all of a list each time that it names it");
    }
    unchecked += elements;
    if (unchecked > STEPS_PER_CHECK) {
      unchecked = 0;
      Meter.check();
    }
  }

  private static PatchException badDirective(JsonNode directive, JsonNode patch) {
    return PatchException.malformed(
        "unknown patch type: " + directive.asText() + " in map: " + Excerpt.goValue(patch));
  }

  private static PatchException badRetainKeys() {
    return PatchException.malformed("invalid patch format of retainKeys");
  }
}
