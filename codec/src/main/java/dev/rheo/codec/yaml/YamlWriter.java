package dev.rheo.codec.yaml;

import dev.rheo.codec.io.ByteOutput;
import dev.rheo.codec.io.JsonScanner;
import dev.rheo.codec.io.Meter;
import java.util.Arrays;

/**
 * Converts JSON to block-style YAML in one pass: two spaces per level, sequences at the indentation
 * of their key, members in their order.
 */
final class YamlWriter {
  /** Spaces per level of indentation. */
  static final int STEP = 2;

  /** Longest simple key, in bytes: readers limit how far they look for the colon after a key. */
  private static final int LONGEST_SIMPLE_KEY = 512;

  private final JsonScanner in;
  private final ByteOutput out;

  /** Buffer for a string without its escapes. */
  private byte[] unescaped = new byte[256];

  YamlWriter(JsonScanner in, ByteOutput out) {
    this.in = in;
    this.out = out;
  }

  static void spaces(ByteOutput out, int count) {
    int at = out.claim(count);
    Arrays.fill(out.array(), at, at + count, (byte) ' ');
  }

  /**
   * Writes the members that follow, at least one, each on its own lines, and consumes the closing
   * brace.
   *
   * @param begun whether the first line is already indented
   */
  void members(int indent, boolean begun) {
    boolean inline = begun;
    do {
      if (!inline) {
        spaces(out, indent);
      }
      inline = false;
      int key = out.size();
      in.string();
      scalar(indent + STEP, true);
      in.expect(':');
      if (out.size() - key > LONGEST_SIMPLE_KEY) {
        explicitKey(key, indent);
        element(indent);
      } else {
        out.write(':');
        member(indent);
      }
    } while (in.more('}'));
  }

  private void explicitKey(int start, int indent) {
    byte[] key = Arrays.copyOfRange(out.array(), start, out.size());
    out.truncate(start);
    out.ascii("? ");
    out.write(key);
    out.write('\n');
    spaces(out, indent);
    out.write(':');
  }

  /** Writes the value of a simple key, after the colon. */
  private void member(int indent) {
    switch (in.peek()) {
      case '{' -> {
        in.expect('{');
        if (in.consume('}')) {
          out.ascii(" {}\n");
        } else {
          out.write('\n');
          members(indent + STEP, false);
        }
      }
      case '[' -> {
        in.expect('[');
        if (in.consume(']')) {
          out.ascii(" []\n");
        } else {
          out.write('\n');
          elements(indent, false);
        }
      }
      default -> {
        out.write(' ');
        leaf(indent);
      }
    }
  }

  private void elements(int indent, boolean begun) {
    boolean inline = begun;
    do {
      if (!inline) {
        spaces(out, indent);
      }
      inline = false;
      out.write('-');
      element(indent);
    } while (in.more(']'));
  }

  /** Writes a value after a dash, or after the colon on the line below an explicit key. */
  private void element(int indent) {
    out.write(' ');
    switch (in.peek()) {
      case '{' -> {
        in.expect('{');
        if (in.consume('}')) {
          out.ascii("{}\n");
        } else {
          members(indent + STEP, true);
        }
      }
      case '[' -> {
        in.expect('[');
        if (in.consume(']')) {
          out.ascii("[]\n");
        } else {
          elements(indent + STEP, true);
        }
      }
      default -> leaf(indent);
    }
  }

  private void leaf(int indent) {
    switch (in.peek()) {
      case '"' -> {
        in.string();
        scalar(indent + STEP, false);
      }
      case 't' -> literal("true");
      case 'f' -> literal("false");
      case 'n' -> literal("null");
      default -> number();
    }
    out.write('\n');
  }

  private void literal(String word) {
    in.literal(word);
    out.ascii(word);
  }

  /** Some readers do not take {@code 1e+21} for a number, but all take {@code 1.0e+21}. */
  private void number() {
    in.number();
    String text = in.text();
    int exponent = Math.max(text.indexOf('e'), text.indexOf('E'));
    if (exponent < 0) {
      out.ascii(text);
      return;
    }
    out.ascii(text.substring(0, exponent));
    if (text.indexOf('.') < 0) {
      out.ascii(".0");
    }
    out.write('e');
    if (text.charAt(exponent + 1) != '-' && text.charAt(exponent + 1) != '+') {
      out.write('+');
    }
    out.ascii(text.substring(exponent + 1));
  }

  /** Writes the string that was just scanned. */
  private void scalar(int indent, boolean key) {
    byte[] utf8 = in.bytes();
    int from = in.stringStart();
    int to = in.stringEnd();
    if (in.escaped()) {
      if (unescaped.length < to - from) {
        int length = Math.max(to - from, unescaped.length * 2);
        Meter.charge(length);
        unescaped = new byte[length];
      }
      to = in.unescape(unescaped, 0);
      from = 0;
      utf8 = unescaped;
    }
    YamlScalar.write(out, utf8, from, to, YamlScalar.style(utf8, from, to, key), indent);
  }
}
