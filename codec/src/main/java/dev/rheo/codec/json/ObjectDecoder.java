package dev.rheo.codec.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BigIntegerNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.NumericNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.io.JsonException;
import dev.rheo.codec.io.JsonScanner;
import dev.rheo.codec.io.MalformedException;
import dev.rheo.codec.io.Meter;
import dev.rheo.codec.io.Nodes;
import dev.rheo.codec.io.Utf8;
import dev.rheo.codec.io.Weights;
import dev.rheo.codec.value.Floats;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Decodes strict JSON to a tree. It limits nesting, the length of a number, and the number of
 * objects and arrays, which take more memory than their text. The caller limits the length of the
 * text. A tree takes at most {@value #MAX_CONTAINERS} times 200 bytes plus twenty times the text,
 * and is charged to the {@link Meter} while it is built.
 *
 * <p>Like upstream's decoder, it replaces invalid UTF-8 and lone surrogates by U+FFFD, keeps
 * integers as integers, and is case-sensitive.
 */
public final class ObjectDecoder {
  /**
   * Deepest nesting by default. Upstream allows 10,000. The limit is lower because trees are walked
   * recursively; real objects stay below a tenth of it.
   */
  public static final int MAX_DEPTH = 1000;

  /** Most objects and arrays in one object. */
  public static final int MAX_CONTAINERS = 300_000;

  /** Most characters of a number. */
  public static final int MAX_NUMBER_LENGTH = 400;

  /**
   * Largest scale, positive or negative, with which a number is kept as it was written. Beyond it a
   * number is zero as a double, and converting it to an integer would write as many zeros.
   */
  private static final int MAX_SCALE = 1000;

  /** Most duplicates that are examined, because one that repeats adds no message but takes time. */
  private static final int MAX_DUPLICATES_SEEN = 1000;

  /** Most strict decoding errors that are collected, as in upstream. */
  static final int MAX_STRICT_ERRORS = 100;

  private static final Nodes NODES = Nodes.INSTANCE;

  private ObjectDecoder() {}

  /**
   * An object, and its duplicate fields.
   *
   * @param tree the object; the last value of a duplicate field wins, but objects are merged, as by
   *     upstream's decoder
   * @param duplicates one message per duplicate, worded as upstream's strict decoding errors:
   *     {@code duplicate field "spec.replicas"}; at most 100
   */
  public record Decoded(ObjectNode tree, List<String> duplicates) {}

  /**
   * Decodes one JSON object.
   *
   * @param maxDepth deepest nesting: 1 is an object of scalars; should not exceed {@link
   *     #MAX_DEPTH}
   * @throws MalformedException on refusal: not JSON, not an object, trailing content, or beyond a
   *     limit
   */
  public static Decoded decode(byte[] body, int maxDepth) {
    return decode(body, maxDepth, true);
  }

  /**
   * As {@link #decode(byte[], int)}.
   *
   * @param merges whether objects of the same key are merged, as those of known types are upstream;
   *     otherwise the last one wins
   */
  public static Decoded decode(byte[] body, int maxDepth, boolean merges) {
    try {
      Pass pass = new Pass(new JsonScanner(body), maxDepth);
      pass.merges = merges;
      return new Decoded(pass.read(), List.copyOf(pass.duplicates));
    } catch (JsonException e) {
      throw new MalformedException(
          "couldn't get version/kind; json parse error: " + e.getMessage());
    }
  }

  /**
   * Decodes one JSON value of any type, from a part of an array.
   *
   * @throws MalformedException on refusal: not JSON, trailing content, or beyond a limit
   */
  public static JsonNode decodeValue(byte[] bytes, int from, int to, int maxDepth) {
    return decodeValue(new Pass(new JsonScanner(bytes, from, to), maxDepth));
  }

  /**
   * Decodes one JSON value of any type. Of a key that is there twice, the last value counts.
   *
   * @param duplicates gets a message for each such key, as {@link Decoded#duplicates} has it
   * @throws MalformedException on refusal: not JSON, trailing content, or beyond a limit
   */
  public static JsonNode decodeValue(byte[] body, int maxDepth, Consumer<String> duplicates) {
    Pass pass = new Pass(new JsonScanner(body), maxDepth);
    pass.merges = false;
    JsonNode value = decodeValue(pass);
    pass.duplicates.forEach(duplicates);
    return value;
  }

  private static JsonNode decodeValue(Pass pass) {
    try {
      JsonNode value = pass.value(null);
      pass.in.end();
      pass.tally.settle();
      return value;
    } catch (JsonException e) {
      throw new MalformedException("json parse error: " + e.getMessage());
    }
  }

  /**
   * Whether a tree that was built elsewhere, such as by a patch, is within the limits of {@link
   * #decode}, so that its encoding can be decoded again. Does not recurse.
   */
  public static boolean isReadable(JsonNode tree) {
    Deque<Iterator<JsonNode>> open = new ArrayDeque<>();
    int containers = 0;
    JsonNode node = tree;
    while (true) {
      if (node.isContainerNode()) {
        open.push(node.iterator());
        if (++containers > MAX_CONTAINERS || open.size() > MAX_DEPTH) {
          return false;
        }
      }
      while (!open.isEmpty() && !open.peek().hasNext()) {
        open.pop();
      }
      if (open.isEmpty()) {
        return true;
      }
      node = open.peek().next();
    }
  }

  private static final class Pass {
    private final JsonScanner in;
    private final int maxDepth;
    private final Set<String> duplicates = new LinkedHashSet<>();
    private final Meter.Tally tally = Meter.tally();
    private final KeyCache keys = new KeyCache();
    private boolean merges = true;
    private int containers;
    private int duplicatesSeen;

    /** Buffer for strings without their escapes. */
    private byte[] unescaped = {};

    /**
     * The path to the current value, for messages: keys, and indices as Integer. Valid from 1 to
     * {@link #depth}.
     */
    private Object[] path = new Object[16];

    private int depth;

    Pass(JsonScanner in, int maxDepth) {
      this.in = in;
      this.maxDepth = maxDepth;
    }

    ObjectNode read() {
      int first = in.peek();
      if (first == '[' || first == '"' || first == '-' || (first >= '0' && first <= '9')) {
        throw new JsonException("an object is expected");
      }
      if (first == 't' || first == 'f' || first == 'n') {
        value(null); // may fail with a more precise message
        throw new JsonException("an object is expected");
      }
      enter();
      ObjectNode tree = newObject();
      object(tree);
      depth--;
      in.end();
      tally.settle();
      return tree;
    }

    private void enter() {
      if (++depth > maxDepth) {
        throw new JsonException("exceeded max depth");
      }
      if (++containers > MAX_CONTAINERS) {
        throw new JsonException("more than " + MAX_CONTAINERS + " objects and arrays");
      }
      if (depth >= path.length) {
        path = Arrays.copyOf(path, path.length * 2);
      }
    }

    /**
     * @param earlier the object that the same key already has, into which this one is merged; null
     *     if there is none
     */
    private JsonNode value(@Nullable ObjectNode earlier) {
      switch (in.peek()) {
        case '"' -> {
          in.string();
          tally.add(Weights.TEXT);
          return NODES.textNode(text());
        }
        case '{' -> {
          enter();
          ObjectNode object = earlier == null ? newObject() : earlier;
          object(object);
          depth--;
          return object;
        }
        case '[' -> {
          enter();
          tally.add(Weights.ARRAY);
          ArrayNode array = NODES.arrayNode();
          elements(array);
          depth--;
          return array;
        }
        case 't' -> {
          in.literal("true");
          return BooleanNode.TRUE;
        }
        case 'f' -> {
          in.literal("false");
          return BooleanNode.FALSE;
        }
        case 'n' -> {
          in.literal("null");
          return NullNode.instance;
        }
        default -> {
          return number();
        }
      }
    }

    private ObjectNode newObject() {
      tally.add(Weights.OBJECT);
      return NODES.objectNode();
    }

    private void object(ObjectNode object) {
      in.expect('{');
      if (in.consume('}')) {
        return;
      }
      do {
        in.string();
        String key = key();
        in.expect(':');
        path[depth] = key;
        JsonNode earlier = object.isEmpty() ? null : object.get(key);
        if (earlier != null) {
          duplicate();
        }
        JsonNode value = value(merges && earlier instanceof ObjectNode node ? node : null);
        if (earlier == null) {
          tally.add(Weights.entry(object.size()));
          object.set(key, value);
        } else if (value != earlier) {
          object.set(key, value);
        }
      } while (in.more('}'));
    }

    private void elements(ArrayNode array) {
      in.expect('[');
      if (in.consume(']')) {
        return;
      }
      int index = 0;
      do {
        tally.add(Weights.element(index));
        path[depth] = index++;
        array.add(value(null));
      } while (in.more(']'));
    }

    private String key() {
      if (!in.plain()) {
        return text();
      }
      String known = keys.find(in);
      if (known != null) {
        return known;
      }
      String key = text();
      keys.put(in, key);
      return key;
    }

    private String text() {
      int start = in.stringStart();
      int length = in.stringEnd() - start;
      if (in.plain()) {
        tally.add(Weights.latin1(length));
        return in.text();
      }
      if (!in.escaped()) {
        return Utf8.string(in.bytes(), start, length, tally);
      }
      if (unescaped.length < length) {
        tally.add(length);
        unescaped = new byte[length];
      }
      return Utf8.string(unescaped, 0, in.unescape(unescaped, 0), tally);
    }

    private NumericNode number() {
      boolean integer = in.number();
      int length = in.stringEnd() - in.stringStart();
      if (length > MAX_NUMBER_LENGTH) {
        throw new JsonException("a number of more than " + MAX_NUMBER_LENGTH + " characters");
      }
      tally.add(Weights.NUMBER);
      if (!integer) {
        return decimal(in.text());
      }
      if (length < 19) {
        return NODES.numberNode(in.integer());
      }
      tally.add(Weights.bigNumber(length));
      String text = in.text();
      BigInteger value = new BigInteger(text);
      if (!Double.isFinite(value.doubleValue())) {
        throw notFinite(text);
      }
      return value.bitLength() < Long.SIZE
          ? NODES.numberNode(value.longValue())
          : BigIntegerNode.valueOf(value);
    }

    private static JsonException notFinite(String number) {
      return new JsonException("cannot unmarshal number " + number + " into a 64-bit float");
    }

    /** A double, or a decimal if the double would be written differently, as for 1.0. */
    private NumericNode decimal(String text) {
      double value = Double.parseDouble(text);
      if (!Double.isFinite(value)) {
        throw notFinite(text);
      }
      if (Floats.format(value).equals(text)) {
        return NODES.numberNode(value);
      }
      BigDecimal exact;
      try {
        tally.add(Weights.bigNumber(text.length()));
        exact = new BigDecimal(text);
      } catch (NumberFormatException e) {
        throw new JsonException("number out of range: " + text);
      }
      return Math.abs((long) exact.scale()) <= MAX_SCALE
          ? DecimalNode.valueOf(exact)
          : NODES.numberNode(value);
    }

    private void duplicate() {
      if (duplicates.size() < MAX_STRICT_ERRORS && ++duplicatesSeen <= MAX_DUPLICATES_SEEN) {
        FieldPath trace = new FieldPath();
        for (int i = 1; i <= depth; i++) {
          trace.push(path[i]);
        }
        duplicates.add("duplicate field " + trace.quoted());
      }
    }
  }
}
