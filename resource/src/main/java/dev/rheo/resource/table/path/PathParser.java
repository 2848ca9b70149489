package dev.rheo.resource.table.path;

import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.rheo.codec.io.Truncated;
import dev.rheo.resource.table.path.PathNode.Bound;
import dev.rheo.resource.table.path.PathNode.Sequence;
import java.util.ArrayList;
import java.util.List;

/** Parses templates. What is within brackets is parsed as a template of its own, as upstream. */
final class PathParser {
  private static final int EOF = -1;

  /** Deeper nesting than this has no meaning: what is in quotes in brackets is not nested again. */
  private static final int MAX_DEPTH = 16;

  private static final String OPERATORS = "!<>=";

  private final String input;
  private final int depth;
  private int at;

  /** Where the text begins that is not consumed yet. */
  private int start;

  /** The length of the character that was read last. */
  private int width;

  private PathParser(String input, int depth) {
    this.input = input;
    this.depth = depth;
  }

  static List<PathNode> parse(String template) {
    return parse(template, 0);
  }

  private static List<PathNode> parse(String template, int depth) {
    if (depth > MAX_DEPTH) {
      throw fault("nested too deeply");
    }
    return new PathParser(template, depth).template();
  }

  /** Parses a text as if it were between braces. */
  private Sequence action(String text) {
    return (Sequence) parse("{" + text + "}", depth + 1).getFirst();
  }

  private static IllegalArgumentException fault(String message) {
    return new IllegalArgumentException(message);
  }

  private String consume() {
    String text = input.substring(start, at);
    start = at;
    return text;
  }

  private int next() {
    if (at >= input.length()) {
      width = 0;
      return EOF;
    }
    int c = input.codePointAt(at);
    width = Character.charCount(c);
    at += width;
    return c;
  }

  private int peek() {
    return at >= input.length() ? EOF : input.codePointAt(at);
  }

  private void back() {
    at -= width;
  }

  private List<PathNode> template() {
    List<PathNode> root = new ArrayList<>();
    while (at < input.length()) {
      int brace = input.indexOf('{', at);
      at = brace < 0 ? input.length() : brace;
      if (at > start) {
        root.add(new PathNode.Constant(TextNode.valueOf(consume())));
      }
      if (brace >= 0) {
        at++;
        consume();
        List<PathNode> nodes = new ArrayList<>();
        inside(nodes);
        root.add(new Sequence(List.copyOf(nodes)));
      }
    }
    return List.copyOf(root);
  }

  private void inside(List<PathNode> out) {
    while (true) {
      if (input.startsWith("}", at)) {
        at++;
        consume();
        return;
      }
      if (input.startsWith("[?(", at)) {
        filter(out);
        continue;
      }
      if (input.startsWith("..", at)) {
        descent(out);
        continue;
      }
      int c = next();
      if (c == EOF || isEndOfLine(c)) {
        throw fault("unclosed action");
      } else if (c == ' ' || c == '@' || c == '$') {
        consume();
      } else if (c == '[') {
        array(out);
      } else if (c == '"' || c == '\'') {
        quote(out, c);
      } else if (c == '.') {
        member(out);
      } else if (c == '+' || c == '-' || Character.isDigit(c)) {
        back();
        number(out);
      } else if (isAlphanumeric(c)) {
        back();
        word(out);
      } else {
        throw fault("unrecognized character in action: " + unicode(c));
      }
    }
  }

  /** As Go's verb {@code %#U}. */
  private static String unicode(int c) {
    return String.format("U+%04X", c) + (c < ' ' ? "" : " '" + Character.toString(c) + "'");
  }

  private void word(List<PathNode> out) {
    while (!isTerminator(next())) {}
    back();
    String word = consume();
    switch (word) {
      case "true", "false" ->
          out.add(new PathNode.Constant(BooleanNode.valueOf(word.equals("true"))));
      default -> out.add(new PathNode.Word(word));
    }
  }

  private void descent(List<PathNode> out) {
    if (!out.isEmpty() && out.getLast() instanceof PathNode.Descent) {
      throw fault("invalid multiple recursive descent");
    }
    at += 2;
    consume();
    out.add(new PathNode.Descent());
    if (isAlphanumeric(peek())) {
      member(out);
    }
  }

  private void number(List<PathNode> out) {
    int c = peek();
    if (c == '+' || c == '-') {
      next();
    }
    do {
      c = next();
    } while (c == '.' || Character.isDigit(c));
    back();
    String text = consume();
    try {
      out.add(new PathNode.Constant(Long.valueOf(ascii(text))));
      return;
    } catch (NumberFormatException e) {
      // it may have a fraction
    }
    double value;
    try {
      value = Double.parseDouble(ascii(text));
    } catch (NumberFormatException e) {
      throw fault("cannot parse number " + Truncated.of(text));
    }
    if (Double.isInfinite(value)) {
      throw fault("cannot parse number " + Truncated.of(text));
    }
    out.add(new PathNode.Constant(DoubleNode.valueOf(value)));
  }

  /** Java reads the digits of all scripts, Go only those of ASCII. */
  private static String ascii(String number) {
    for (int i = 0; i < number.length(); i++) {
      if (number.charAt(i) >= 128) {
        throw new NumberFormatException(number);
      }
    }
    return number;
  }

  private void array(List<PathNode> out) {
    for (int c = next(); c != ']'; c = next()) {
      if (c == EOF || c == '\n') {
        throw fault("unterminated array");
      }
    }
    String text = consume();
    text = text.substring(1, text.length() - 1);
    if (text.equals("*")) {
      text = ":";
    }
    String[] parts = text.split(",", -1);
    if (parts.length > 1) {
      List<Sequence> union = new ArrayList<>();
      for (String part : parts) {
        union.add(action("[" + trimmed(part) + "]"));
      }
      out.add(new PathNode.Union(List.copyOf(union)));
    } else if (isQuoted(text)) {
      out.addAll(action("." + text.substring(1, text.length() - 1)).nodes());
    } else {
      out.add(slice(text));
    }
  }

  private static String trimmed(String text) {
    int from = 0;
    int to = text.length();
    while (from < to && text.charAt(from) == ' ') {
      from++;
    }
    while (to > from && text.charAt(to - 1) == ' ') {
      to--;
    }
    return text.substring(from, to);
  }

  private static boolean isQuoted(String text) {
    return text.length() >= 2
        && text.charAt(0) == '\''
        && text.indexOf('\'', 1) == text.length() - 1;
  }

  private static PathNode slice(String text) {
    String[] parts = text.split(":", -1);
    if (parts.length > 3) {
      throw fault("invalid array index " + Truncated.of(text));
    }
    for (String part : parts) {
      if (!isNumber(part)) {
        throw fault("invalid array index " + Truncated.of(text));
      }
    }
    Bound start = bound(parts[0]);
    return new PathNode.Slice(
        start,
        parts.length > 1 ? bound(parts[1]) : new Bound(start.value() + 1, true),
        parts.length > 2 ? bound(parts[2]) : new Bound(0, false),
        parts.length == 1);
  }

  private static boolean isNumber(String text) {
    for (int i = text.startsWith("-") ? 1 : 0; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }

  private static Bound bound(String text) {
    if (text.isEmpty()) {
      return new Bound(0, false);
    }
    try {
      return new Bound(Long.parseLong(text), true);
    } catch (NumberFormatException e) {
      throw fault("array index " + Truncated.of(text) + " is not a number");
    }
  }

  private void filter(List<PathNode> out) {
    at += "[?(".length();
    consume();
    boolean begun = false;
    boolean ended = false;
    int pair = 0;
    for (int c = next(); c != ')' || begun != ended; c = next()) {
      switch (c) {
        case EOF, '\n' -> throw fault("unterminated filter");
        case '"', '\'' -> {
          if (!begun) {
            begun = true;
            pair = c;
          } else if (input.charAt(at - 2) != '\\' && c == pair) {
            ended = true;
          }
        }
        default -> {}
      }
    }
    if (next() != ']') {
      throw fault("unclosed array expect ]");
    }
    String text = consume();
    text = text.substring(0, text.length() - 2);
    int operator = 0;
    while (operator < text.length() && OPERATORS.indexOf(text.charAt(operator)) < 0) {
      operator++;
    }
    int right = operator;
    // at least one character is compared with
    while (right < text.length() - 1 && OPERATORS.indexOf(text.charAt(right)) >= 0) {
      right++;
    }
    out.add(
        operator == 0 || right == operator
            ? new PathNode.Filter(
                action(text), PathNode.Filter.EXISTS, new Sequence(List.<PathNode>of()))
            : new PathNode.Filter(
                action(text.substring(0, operator)),
                text.substring(operator, right),
                action(text.substring(right))));
  }

  private void quote(List<PathNode> out, int end) {
    for (int c = next(); c != end || input.charAt(at - 2) == '\\'; c = next()) {
      if (c == EOF || c == '\n') {
        throw fault("unterminated quoted string");
      }
    }
    out.add(new PathNode.Constant(TextNode.valueOf(GoQuotes.unquote(consume()))));
  }

  private void member(List<PathNode> out) {
    consume();
    for (int c = next(); !isTerminator(c); c = next()) {
      if (c == '\\') {
        next();
      }
    }
    back();
    String name = consume();
    out.add(
        name.equals("*") ? new PathNode.Wildcard() : new PathNode.Member(name.replace("\\", "")));
  }

  private static boolean isTerminator(int c) {
    return switch (c) {
      case EOF, ' ', '\t', '\r', '\n', '.', ',', '[', ']', '$', '@', '{', '}' -> true;
      default -> false;
    };
  }

  private static boolean isEndOfLine(int c) {
    return c == '\r' || c == '\n';
  }

  private static boolean isAlphanumeric(int c) {
    return c == '_' || (c != EOF && (Character.isLetter(c) || Character.isDigit(c)));
  }
}
