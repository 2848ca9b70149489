package dev.rheo.resource.rules.core;

import dev.rheo.codec.io.JsonException;
import dev.rheo.codec.io.JsonScanner;
import java.util.BitSet;

/** Whether bytes are JSON, without a tree of them. */
final class JsonTexts {
  /** How deep Go's decoder goes. */
  private static final int MAX_DEPTH = 10_000;

  private final JsonScanner in;

  /** For each open bracket whether it is that of an object. */
  private final BitSet objects = new BitSet();

  private int depth;

  private JsonTexts(byte[] json) {
    in = new JsonScanner(json);
  }

  /** What Go's decoder says of bytes that are to be an object; empty if they are one. */
  static String objectFault(byte[] json) {
    JsonTexts text = new JsonTexts(json);
    try {
      int first = text.in.peek();
      text.read();
      String type =
          switch (first) {
            case '{', 'n' -> "";
            case '[' -> "array";
            case '"' -> "string";
            case 't', 'f' -> "bool";
            default -> "number";
          };
      return type.isEmpty()
          ? ""
          : "json: cannot unmarshal " + type + " into Go value of type map[string]interface {}";
    } catch (JsonException e) {
      String message = String.valueOf(e.getMessage());
      int offset = message.lastIndexOf(" at offset ");
      return offset < 0 ? message : message.substring(0, offset);
    }
  }

  private void read() {
    while (true) {
      if (!opens()) {
        while (depth > 0 && !in.more(objects.get(depth) ? '}' : ']')) {
          depth--;
        }
        if (depth == 0) {
          in.end();
          return;
        }
      }
      if (objects.get(depth)) {
        in.string();
        in.expect(':');
      }
    }
  }

  /** Reads a value, of an object or an array only the beginning, unless it is empty. */
  private boolean opens() {
    switch (in.peek()) {
      case '{' -> {
        in.expect('{');
        return !in.consume('}') && opened(true);
      }
      case '[' -> {
        in.expect('[');
        return !in.consume(']') && opened(false);
      }
      case '"' -> in.string();
      case 't' -> in.literal("true");
      case 'f' -> in.literal("false");
      case 'n' -> in.literal("null");
      default -> in.number();
    }
    return false;
  }

  private boolean opened(boolean object) {
    if (++depth > MAX_DEPTH) {
      throw new JsonException("exceeded max depth");
    }
    objects.set(depth, object);
    return true;
  }
}
