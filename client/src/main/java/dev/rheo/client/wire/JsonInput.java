package dev.rheo.client.wire;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Walks over JSON that is still arriving. It captures single values as bytes and skips the others,
 * so that no more than one object is in memory at a time.
 *
 * <p>It finds the ends of values; it does not judge what is within them. That is the business of
 * whoever decodes the captured bytes. Not safe for use by several threads.
 */
final class JsonInput {
  private static final int CHUNK = 32 * 1024;

  private final InputStream in;
  private final int limit;
  private final byte[] chunk = new byte[CHUNK];
  private int at;
  private int end;
  private boolean ended;

  /**
   * @param limit the most bytes that one captured value may have
   */
  JsonInput(InputStream in, int limit) {
    this.in = in;
    this.limit = limit;
  }

  /** The next byte that is no white space, without taking it; -1 at the end. */
  int peek() throws IOException {
    while (true) {
      if (at == end && !fill()) {
        return -1;
      }
      byte b = chunk[at];
      if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
        return b & 0xff;
      }
      at++;
    }
  }

  /** Takes the next byte that is no white space, which must be this one. */
  void expect(char wanted) throws IOException {
    int found = peek();
    if (found != wanted) {
      throw found < 0
          ? cut()
          : new MalformedJsonException("'" + wanted + "' expected, not " + name(found));
    }
    at++;
  }

  /** Takes the byte if it is the next one that is no white space. */
  boolean take(char wanted) throws IOException {
    if (peek() != wanted) {
      return false;
    }
    at++;
    return true;
  }

  /**
   * Takes the comma after a member or an element.
   *
   * @param close what may be there instead, which is not taken
   */
  void separator(char close) throws IOException {
    int found = peek();
    if (found == ',') {
      at++;
    } else if (found != close) {
      throw found < 0
          ? cut()
          : new MalformedJsonException("',' or '" + close + "' expected, not " + name(found));
    }
  }

  /** Reads a string, such as a member's name. */
  String string(Captured scratch) throws IOException {
    if (peek() != '"') {
      throw peek() < 0
          ? cut()
          : new MalformedJsonException("a string expected, not " + name(peek()));
    }
    value(scratch);
    return JsonText.string(scratch.bytes(), 0, scratch.length());
  }

  /** Captures the next value whole: an object, an array, a string or a literal. */
  void value(Captured into) throws IOException {
    into.clear();
    walk(into);
  }

  /** Passes over the next value. */
  void skip() throws IOException {
    walk(null);
  }

  private void walk(@Nullable Captured into) throws IOException {
    int first = peek();
    if (first < 0) {
      throw cut();
    }
    if (first != '{' && first != '[' && first != '"') {
      literal(into);
      return;
    }
    int depth = 0;
    boolean inString = false;
    boolean escaped = false;
    while (true) {
      if (at == end && !fill()) {
        throw cut();
      }
      byte[] bytes = chunk;
      int from = at;
      int i = at;
      boolean done = false;
      while (i < end && !done) {
        if (escaped) {
          escaped = false;
          i++;
        } else if (inString) {
          i = StringEnd.next(bytes, i, end);
          if (i < end) {
            escaped = bytes[i] == '\\';
            inString = escaped;
            done = !inString && depth == 0;
            i++;
          }
        } else {
          byte b = bytes[i++];
          if (b == '"') {
            inString = true;
          } else if (b == '{' || b == '[') {
            depth++;
          } else if (b == '}' || b == ']') {
            depth--;
            done = depth == 0;
          }
        }
      }
      at = i;
      if (into != null) {
        into.append(bytes, from, i - from, limit);
      }
      if (done) {
        return;
      }
    }
  }

  private void literal(@Nullable Captured into) throws IOException {
    int taken = 0;
    while (at < end || fill()) {
      byte b = chunk[at];
      if (b == ',' || b == '}' || b == ']' || b == ':' || b <= ' ') {
        break;
      }
      if (into != null) {
        into.append(chunk, at, 1, limit);
      }
      at++;
      taken++;
    }
    if (taken == 0) {
      throw new MalformedJsonException("a value expected, not " + name(peek()));
    }
  }

  private boolean fill() throws IOException {
    if (ended) {
      return false;
    }
    int read = in.read(chunk, 0, chunk.length);
    at = 0;
    end = Math.max(read, 0);
    ended = read <= 0;
    return read > 0;
  }

  private static EOFException cut() {
    return new EOFException("the answer ended within a value");
  }

  private static String name(int found) {
    return found > ' ' && found < 127 ? "'" + (char) found + "'" : "byte " + found;
  }
}
