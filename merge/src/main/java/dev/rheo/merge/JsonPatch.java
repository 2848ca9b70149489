package dev.rheo.merge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.io.Meter;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.codec.tree.TreeCopies;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * JSON patch (RFC 6902), with the leniency of the library that kube-apiserver uses: an index may be
 * negative, counting from the end. A member that an object does not have counts as null, except for
 * {@code remove} and {@code move}: {@code test} compares it, {@code copy} copies it, {@code
 * replace} sets it. What contains the member must exist.
 *
 * <p>A patch applies all of its operations or, if one fails, none. Its cost is bounded: the number
 * of operations and the bytes that they copy, as upstream, and the number of list elements that
 * they move.
 */
public final class JsonPatch {
  /** The most operations of one patch. */
  public static final int MAX_OPERATIONS = 10_000;

  /** The most bytes that all {@code copy} operations of a patch may add together. */
  public static final int MAX_COPIED_BYTES = 3 << 20;

  /**
   * The most elements that all insertions into lists and removals from them may move together:
   * enough for ten thousand at the head of a list that stays at 26,000 elements.
   */
  public static final long MAX_MOVED = 1L << 28;

  /** The number of operations between two checks whether the client is still connected. */
  private static final int OPERATIONS_PER_CHECK = 64;

  private record Operation(String op, String path, String from, @Nullable JsonNode value) {}

  /** The cost of a patch so far. */
  private static final class Costs {
    private int operations;
    private long copied;
    private long moved;

    void operation() {
      if (++operations % OPERATIONS_PER_CHECK == 0) {
        Meter.check();
      }
    }

    void copy(JsonNode value) throws PatchException {
      copied = JsonSize.add(copied, value, MAX_COPIED_BYTES);
      if (copied > MAX_COPIED_BYTES) {
        throw new PatchException(
            PatchException.Fault.TOO_LARGE,
            "the copy operations of a JSON patch may add at most " + MAX_COPIED_BYTES + " bytes");
      }
    }

    void move(int elements) throws PatchException {
      moved += elements;
      if (moved > MAX_MOVED) {
        throw new PatchException(
            PatchException.Fault.TOO_LARGE,
            "the operations of a JSON patch may move at most "
                + MAX_MOVED
                + " elements of lists; adding to a list's end moves none");
      }
    }
  }

  /** The target of an operation: a member of an object or an element of a list. */
  private record Place(JsonNode container, String key) {}

  private static final Set<String> MEMBERS = Set.of("op", "path", "from", "value");

  private final List<Operation> operations;

  private JsonPatch(List<Operation> operations) {
    this.operations = operations;
  }

  /**
   * The members of the operations of a list that no operation has, such as {@code [0].valeu}, in
   * order. They have no effect.
   */
  public static Stream<String> unknownMembers(JsonNode patch) {
    return IntStream.range(0, patch.size())
        .boxed()
        .flatMap(
            i ->
                patch
                    .get(i)
                    .propertyStream()
                    .map(Map.Entry::getKey)
                    .filter(member -> !MEMBERS.contains(member))
                    .map(member -> "[" + i + "]." + member));
  }

  /**
   * @throws PatchException if the document is not a list of operations, or has more than {@value
   *     #MAX_OPERATIONS}
   */
  public static JsonPatch of(JsonNode patch) throws PatchException {
    if (!patch.isArray()) {
      throw PatchException.malformed("a JSON patch is a list of operations");
    }
    if (patch.size() > MAX_OPERATIONS) {
      throw new PatchException(
          PatchException.Fault.TOO_LARGE,
          "The allowed maximum operations in a JSON patch is "
              + MAX_OPERATIONS
              + ", got "
              + patch.size());
    }
    List<Operation> operations = new ArrayList<>(patch.size());
    for (JsonNode operation : patch) {
      if (!operation.isObject()) {
        throw PatchException.malformed("an operation of a JSON patch is an object");
      }
      operations.add(
          new Operation(
              text(operation, "op"),
              text(operation, "path"),
              text(operation, "from"),
              operation.get("value")));
    }
    return new JsonPatch(operations);
  }

  private static String text(JsonNode operation, String name) throws PatchException {
    JsonNode value = operation.get(name);
    if (value == null) {
      return "";
    }
    if (!value.isTextual()) {
      throw PatchException.malformed("member \"" + name + "\" of an operation is a string");
    }
    return value.asText();
  }

  /**
   * @return a new document; the argument is not changed
   */
  public ObjectNode apply(ObjectNode document) throws PatchException {
    JsonNode result = TreeCopies.of(document);
    Costs costs = new Costs();
    for (Operation operation : operations) {
      costs.operation();
      switch (operation.op()) {
        case "add" ->
            add(find(result, operation, operation.path()), value(operation), operation, costs);
        case "remove" -> remove(find(result, operation, operation.path()), operation, costs);
        case "replace" -> {
          if (operation.path().isEmpty()) {
            result = value(operation);
          } else {
            replace(find(result, operation, operation.path()), value(operation), operation);
          }
        }
        case "move" -> {
          Place from = find(result, operation, operation.from());
          JsonNode value = get(from, operation);
          remove(from, operation, costs);
          add(find(result, operation, operation.path()), value, operation, costs);
        }
        case "copy" -> {
          JsonNode source = get(find(result, operation, operation.from()), operation);
          if (!ObjectDecoder.isReadable(source)) {
            // each copy may double the depth, and copying is recursive
            throw new PatchException(
                PatchException.Fault.TOO_LARGE,
                "what a JSON patch copies has more levels or parts than are allowed");
          }
          costs.copy(source);
          JsonNode value = TreeCopies.of(source);
          add(find(result, operation, operation.path()), value, operation, costs);
        }
        case "test" -> test(result, operation);
        default -> throw PatchException.notApplicable("Unexpected kind: " + operation.op());
      }
    }
    if (!(result instanceof ObjectNode object)) {
      throw PatchException.notApplicable("the patched document is not an object");
    }
    return object;
  }

  private static void test(JsonNode document, Operation operation) throws PatchException {
    JsonNode actual =
        operation.path().isEmpty()
            ? document
            : get(find(document, operation, operation.path()), operation);
    JsonNode wanted = operation.value() == null ? NullNode.getInstance() : operation.value();
    if (!equal(actual, wanted)) {
      throw PatchException.notApplicable("testing value " + operation.path() + " failed");
    }
  }

  private static JsonNode value(Operation operation) {
    return operation.value() == null ? NullNode.getInstance() : TreeCopies.of(operation.value());
  }

  private static Place find(JsonNode document, Operation operation, String pointer)
      throws PatchException {
    String[] parts = pointer.split("/", -1);
    if (parts.length < 2) {
      throw missing(operation, pointer);
    }
    JsonNode container = document;
    for (int i = 1; i < parts.length - 1; i++) {
      container = child(container, unescape(parts[i]));
      if (container == null || !container.isContainerNode()) {
        throw missing(operation, pointer);
      }
    }
    return new Place(container, unescape(parts[parts.length - 1]));
  }

  private static @Nullable JsonNode child(JsonNode container, String key) {
    if (container instanceof ObjectNode object) {
      return object.get(key);
    }
    try {
      int index = Integer.parseInt(key);
      return container.get(index < 0 ? index + container.size() : index);
    } catch (NumberFormatException e) {
      return null;
    }
  }

  private static void add(Place place, JsonNode value, Operation operation, Costs costs)
      throws PatchException {
    switch (place.container()) {
      case ObjectNode object -> object.set(place.key(), value);
      case ArrayNode array -> {
        if (place.key().equals("-")) {
          array.add(value);
        } else {
          int index = index(place, array.size() + 1, operation);
          costs.move(array.size() - index);
          array.insert(index, value);
        }
      }
      default -> throw missing(operation, operation.path());
    }
  }

  private static JsonNode get(Place place, Operation operation) throws PatchException {
    return switch (place.container()) {
      case ObjectNode object -> {
        JsonNode value = object.get(place.key());
        yield value == null ? NullNode.getInstance() : value;
      }
      case ArrayNode array -> array.get(index(place, array.size(), operation));
      default -> throw missing(operation, operation.path());
    };
  }

  private static void remove(Place place, Operation operation, Costs costs) throws PatchException {
    switch (place.container()) {
      case ObjectNode object -> {
        if (object.remove(place.key()) == null) {
          throw PatchException.notApplicable(
              operation.op() + " operation does not apply: there is no " + place.key());
        }
      }
      case ArrayNode array -> {
        int index = index(place, array.size(), operation);
        costs.move(array.size() - index);
        array.remove(index);
      }
      default -> throw missing(operation, operation.path());
    }
  }

  private static void replace(Place place, JsonNode value, Operation operation)
      throws PatchException {
    switch (place.container()) {
      case ObjectNode object -> object.set(place.key(), value);
      case ArrayNode array -> array.set(index(place, array.size(), operation), value);
      default -> throw missing(operation, operation.path());
    }
  }

  private static int index(Place place, int size, Operation operation) throws PatchException {
    int index;
    try {
      index = Integer.parseInt(place.key());
    } catch (NumberFormatException e) {
      throw PatchException.notApplicable(
          "error in "
              + operation.op()
              + ": value was not a proper array index: '"
              + place.key()
              + "'");
    }
    int actual = index < 0 ? index + size : index;
    if (actual < 0 || actual >= size) {
      throw PatchException.notApplicable(
          "error in " + operation.op() + ": Unable to access invalid index: " + index);
    }
    return actual;
  }

  private static PatchException missing(Operation operation, String pointer) {
    return PatchException.notApplicable(
        operation.op() + " operation does not apply: doc is missing path: \"" + pointer + "\"");
  }

  private static String unescape(String part) {
    return part.replace("~1", "/").replace("~0", "~");
  }

  /** Equality in which 1 and 1.0 are the same number. */
  private static boolean equal(JsonNode a, JsonNode b) {
    return a.equals(
        (x, y) ->
            x.isNumber() && y.isNumber()
                ? x.decimalValue().compareTo(y.decimalValue())
                : x.equals(y) ? 0 : 1,
        b);
  }
}
