package dev.rheo.resource.rules.extension;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import org.jspecify.annotations.Nullable;

/**
 * A path into the values that a schema describes, such as {@code .spec.labels['a.b']}: upstream's
 * {@code ValidFieldPath}.
 *
 * @param path as messages name it: {@code spec.labels[a.b]}
 * @param root the first name of it
 * @param schema of the value there; null if nothing is said of it
 */
record SchemaPath(String path, String root, @Nullable ObjectNode schema) {

  /** What is wrong with a path. */
  static final class SyntaxException extends Exception {
    private static final long serialVersionUID = 1;

    SyntaxException(String message) {
      super(message);
    }
  }

  private static final String NO_FIELD = "does not refer to a valid field";
  private static final String ESCAPES = "abfnrtv'\\";
  private static final String ESCAPED = "\u0007\b\f\n\r\t\u000b'\\";
  private static final String END = "unexpected end of JSON path";

  /**
   * @param brackets whether names may be written as {@code ['name']}
   */
  static SchemaPath parse(String text, @Nullable JsonNode schema, boolean brackets)
      throws SyntaxException {
    Steps steps = new Steps(schema);
    Tokens tokens = new Tokens(text);
    for (String token = tokens.next(); token != null; token = tokens.next()) {
      switch (token) {
        case "." -> steps.go(tokens.need());
        case "[" -> {
          if (!brackets) {
            throw new SyntaxException("array notation is not allowed");
          }
          steps.go(unquoted(tokens.need()));
          String close = tokens.need();
          if (!close.equals("]")) {
            throw new SyntaxException("expected ] but got " + close);
          }
        }
        default -> throw new SyntaxException("expected [ or . but got: " + token);
      }
    }
    return new SchemaPath(
        steps.path.toString(), steps.root, steps.at instanceof ObjectNode object ? object : null);
  }

  private static String unquoted(String token) throws SyntaxException {
    int end = token.length() - 1;
    if (end < 1 || token.charAt(0) != '\'' || token.charAt(end) != '\'') {
      throw new SyntaxException("expected single quoted string but got " + token);
    }
    StringBuilder text = new StringBuilder();
    for (int i = 1; i < end; i++) {
      char c = token.charAt(i);
      if (c == '\\' && i + 1 < end && token.charAt(i + 1) != '\n') {
        int escape = ESCAPES.indexOf(token.charAt(++i));
        if (escape < 0) {
          throw new SyntaxException("invalid string literal");
        }
        c = ESCAPED.charAt(escape);
      }
      text.append(c);
    }
    return text.toString();
  }

  /** The way down a schema. */
  private static final class Steps {
    private final StringBuilder path = new StringBuilder();
    private String root = "";
    private @Nullable JsonNode at;

    Steps(@Nullable JsonNode schema) {
      at = schema;
    }

    void go(String name) throws SyntaxException {
      boolean first = path.isEmpty();
      boolean named = !Trees.isEmpty(at, "properties");
      JsonNode below = Trees.at(at, named ? "properties" : "additionalProperties");
      if (named) {
        path.append(first ? "" : ".").append(name);
        below = Trees.get(below, name);
      } else {
        path.append('[').append(name).append(']');
      }
      if (below == null) {
        throw new SyntaxException(NO_FIELD);
      }
      if (first) {
        root = path.toString();
      }
      at = below;
    }
  }

  /** Delimiters, texts in single quotes, and what stands between them. */
  private static final class Tokens {
    private final String text;
    private int at;

    Tokens(String text) {
      this.text = text;
    }

    String need() throws SyntaxException {
      String token = next();
      if (token == null) {
        throw new SyntaxException(END);
      }
      return token;
    }

    @Nullable String next() {
      if (at == text.length()) {
        return null;
      }
      int from = at;
      at = text.charAt(from) == '\'' ? quoteEnd(from) : delimiter(from);
      return text.substring(from, at);
    }

    private int quoteEnd(int from) {
      for (int i = from + 1; i < text.length(); i++) {
        if (text.charAt(i) == '\'' && text.charAt(i - 1) != '\\') {
          return i + 1;
        }
      }
      return text.length();
    }

    private int delimiter(int from) {
      for (int i = from; i < text.length(); i++) {
        if (".[]".indexOf(text.charAt(i)) >= 0) {
          return i == from ? i + 1 : i;
        }
      }
      return text.length();
    }
  }
}
