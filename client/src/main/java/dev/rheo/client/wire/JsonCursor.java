package dev.rheo.client.wire;

import java.nio.charset.StandardCharsets;

/**
 * Walks over the members of an object that is in memory, without decoding what is passed over. It
 * trusts the bytes to be JSON: what is no object at all is found out, the rest is the decoder's.
 */
final class JsonCursor {
  private final byte[] bytes;
  private final int end;
  private int at;
  private int nameFrom;
  private int nameTo;

  JsonCursor(byte[] bytes, int offset, int end) {
    this.bytes = bytes;
    this.at = offset;
    this.end = end;
  }

  /** The offset of the next byte. */
  int at() {
    return at;
  }

  void to(int offset) {
    at = offset;
  }

  /** Reads a member's name and the colon; false at the end of the object. */
  boolean member() throws MalformedJsonException {
    space();
    if (current() == '}') {
      return false;
    }
    if (current() != '"') {
      throw new MalformedJsonException("an object that is no JSON");
    }
    nameFrom = at + 1;
    skip();
    nameTo = at - 1;
    space();
    take(':');
    space();
    return true;
  }

  /**
   * Goes to the value of a member of the object that begins here; false if it has none of this
   * name.
   */
  boolean enter(String member) throws MalformedJsonException {
    take('{');
    while (member()) {
      if (named(member)) {
        return true;
      }
      skip();
      separator();
    }
    return false;
  }

  /** Goes to the next element of an array; false at its end. */
  boolean element() throws MalformedJsonException {
    space();
    return current() != ']';
  }

  void separator() throws MalformedJsonException {
    space();
    if (current() == ',') {
      at++;
    }
  }

  boolean named(String wanted) {
    if (nameTo - nameFrom != wanted.length()) {
      return false;
    }
    for (int i = 0; i < wanted.length(); i++) {
      if (bytes[nameFrom + i] != wanted.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  String text() throws MalformedJsonException {
    int from = at;
    skip();
    if (bytes[from] != '"') {
      return "";
    }
    for (int i = from + 1; i < at - 1; i++) {
      if (bytes[i] == '\\') {
        return JsonText.string(bytes, from, at - from);
      }
    }
    return new String(bytes, from + 1, at - from - 2, StandardCharsets.UTF_8);
  }

  void skip() throws MalformedJsonException {
    int first = current();
    if (first == '"') {
      at++;
      while (current() != '"') {
        at += bytes[at] == '\\' ? 2 : 1;
      }
      at++;
    } else if (first == '{' || first == '[') {
      int depth = 0;
      do {
        int b = current();
        if (b == '"') {
          skip();
          continue;
        }
        if (b == '{' || b == '[') {
          depth++;
        } else if (b == '}' || b == ']') {
          depth--;
        }
        at++;
      } while (depth > 0);
    } else {
      int from = at;
      while (at < end && ",}] \n\r\t".indexOf(bytes[at]) < 0) {
        at++;
      }
      if (from == at) {
        throw new MalformedJsonException("an object that is no JSON");
      }
    }
  }

  private int current() throws MalformedJsonException {
    if (at >= end) {
      throw new MalformedJsonException("an object that ends too early");
    }
    return bytes[at];
  }

  void take(char wanted) throws MalformedJsonException {
    space();
    if (current() != wanted) {
      throw new MalformedJsonException("an object that is no JSON");
    }
    at++;
  }

  private void space() {
    while (at < end
        && (bytes[at] == ' ' || bytes[at] == '\n' || bytes[at] == '\r' || bytes[at] == '\t')) {
      at++;
    }
  }
}
