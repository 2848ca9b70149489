package dev.rheo.client.wire;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads small documents that are in memory: a Status, a bookmark, the metadata of a list. Objects
 * become maps, arrays lists, strings strings, numbers the text they are, {@code true} and {@code
 * false} booleans.
 */
final class JsonText {
  private static final int DEEPEST = 64;

  private final byte[] bytes;
  private final int end;
  private int at;

  private JsonText(byte[] bytes, int offset, int length) {
    this.bytes = bytes;
    this.at = offset;
    this.end = offset + length;
  }

  /** Reads a document. */
  static @Nullable Object parse(byte[] bytes, int offset, int length)
      throws MalformedJsonException {
    JsonText text = new JsonText(bytes, offset, length);
    Object value = text.value(0);
    text.space();
    if (text.at != text.end) {
      throw new MalformedJsonException("bytes after the end of a document");
    }
    return value;
  }

  /** Reads a string, quotation marks included. */
  static String string(byte[] bytes, int offset, int length) throws MalformedJsonException {
    return new JsonText(bytes, offset, length).string();
  }

  private @Nullable Object value(int depth) throws MalformedJsonException {
    if (depth > DEEPEST) {
      throw new MalformedJsonException("a document nested deeper than " + DEEPEST);
    }
    space();
    switch (current()) {
      case '{' -> {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        at++;
        space();
        while (current() != '}') {
          String name = string();
          space();
          take(':');
          object.put(name, value(depth + 1));
          space();
          if (current() == ',') {
            at++;
            space();
          } else if (current() != '}') {
            throw unexpected();
          }
        }
        at++;
        return object;
      }
      case '[' -> {
        List<@Nullable Object> array = new ArrayList<>();
        at++;
        space();
        while (current() != ']') {
          array.add(value(depth + 1));
          space();
          if (current() == ',') {
            at++;
          } else if (current() != ']') {
            throw unexpected();
          }
        }
        at++;
        return array;
      }
      case '"' -> {
        return string();
      }
      default -> {
        return literal();
      }
    }
  }

  private @Nullable Object literal() throws MalformedJsonException {
    int from = at;
    while (at < end && "+-.0123456789abcdefghijklmnopqrstuvwxyzE".indexOf(bytes[at]) >= 0) {
      at++;
    }
    String text = new String(bytes, from, at - from, StandardCharsets.US_ASCII);
    return switch (text) {
      case "" -> throw unexpected();
      case "null" -> null;
      case "true" -> true;
      case "false" -> false;
      default -> text;
    };
  }

  private String string() throws MalformedJsonException {
    take('"');
    int from = at;
    while (current() != '"' && bytes[at] != '\\') {
      at++;
    }
    if (bytes[at] == '"') {
      return new String(bytes, from, at++ - from, StandardCharsets.UTF_8);
    }
    StringBuilder out = new StringBuilder();
    while (true) {
      out.append(new String(bytes, from, at - from, StandardCharsets.UTF_8));
      if (bytes[at] == '"') {
        at++;
        return out.toString();
      }
      at++;
      escape(out);
      from = at;
      while (current() != '"' && bytes[at] != '\\') {
        at++;
      }
    }
  }

  private void escape(StringBuilder out) throws MalformedJsonException {
    int escaped = current();
    at++;
    switch (escaped) {
      case 'n' -> out.append('\n');
      case 't' -> out.append('\t');
      case 'r' -> out.append('\r');
      case 'b' -> out.append('\b');
      case 'f' -> out.append('\f');
      case 'u' -> {
        if (end - at < 4) {
          throw unexpected();
        }
        int code = 0;
        for (int i = 0; i < 4; i++) {
          int digit = Character.digit(bytes[at++], 16);
          if (digit < 0) {
            throw new MalformedJsonException("a faulty escape in a string");
          }
          code = code * 16 + digit;
        }
        out.append((char) code);
      }
      default -> out.append((char) escaped);
    }
  }

  private int current() throws MalformedJsonException {
    if (at >= end) {
      throw new MalformedJsonException("a document that ends too early");
    }
    return bytes[at];
  }

  private void take(char wanted) throws MalformedJsonException {
    if (current() != wanted) {
      throw unexpected();
    }
    at++;
  }

  private void space() {
    while (at < end
        && (bytes[at] == ' ' || bytes[at] == '\n' || bytes[at] == '\r' || bytes[at] == '\t')) {
      at++;
    }
  }

  private MalformedJsonException unexpected() {
    return new MalformedJsonException("a document that is no JSON");
  }
}
