package dev.rheo.schema.rule;

import dev.rheo.schema.Structural;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The path to the field that a rule blames: {@code .spec.replicas}, {@code .labels['a.b']}. It is
 * valid if the schema has the field.
 *
 * <p>See {@code k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel.ValidFieldPath}.
 */
public final class RulePath {
  /** Where a path leads. */
  public record Target(String path, @Nullable Structural schema) {}

  /** Says what is wrong with a path. */
  public static final class InvalidPathException extends Exception {
    private static final long serialVersionUID = 1;

    InvalidPathException(String message) {
      super(message, null, false, false);
    }

    @Override
    public String getMessage() {
      return String.valueOf(super.getMessage());
    }
  }

  private static final String END = "unexpected end of JSON path";
  private static final String NO_FIELD = "does not refer to a valid field";

  private final List<String> tokens;
  private final boolean brackets;
  private final StringBuilder path = new StringBuilder();
  private @Nullable Structural at;
  private int next;

  private RulePath(String text, Structural schema, boolean brackets) {
    this.tokens = tokens(text);
    this.at = schema;
    this.brackets = brackets;
  }

  /** The path as it is shown in faults; null if it is invalid. */
  static @Nullable String normalize(String text, Structural schema) {
    try {
      return resolve(text, schema, true).path();
    } catch (InvalidPathException e) {
      return null;
    }
  }

  /**
   * Follows a path.
   *
   * @param brackets whether {@code ['a']} is allowed
   * @throws InvalidPathException if it leads nowhere
   */
  public static Target resolve(String text, Structural schema, boolean brackets)
      throws InvalidPathException {
    return new RulePath(text, schema, brackets).resolve();
  }

  private Target resolve() throws InvalidPathException {
    while (next < tokens.size()) {
      String token = tokens.get(next++);
      switch (token) {
        case "[" -> bracket();
        case "." -> {
          String name = token();
          step(name, isNamed());
        }
        default -> throw new InvalidPathException("expected [ or . but got: " + token);
      }
    }
    return new Target(path.toString(), at);
  }

  private String token() throws InvalidPathException {
    if (next == tokens.size()) {
      throw new InvalidPathException(END);
    }
    return tokens.get(next++);
  }

  private void bracket() throws InvalidPathException {
    if (!brackets) {
      throw new InvalidPathException("array notation is not allowed");
    }
    String token = token();
    if (token.length() < 2 || !token.startsWith("'") || !token.endsWith("'")) {
      throw new InvalidPathException("expected single quoted string but got " + token);
    }
    String name = unescape(token.substring(1, token.length() - 1));
    step(name, isNamed());
    String close = token();
    if (!close.equals("]")) {
      throw new InvalidPathException("expected ] but got " + close);
    }
  }

  private boolean isNamed() throws InvalidPathException {
    if (at != null && !at.properties().isEmpty()) {
      return true;
    }
    if (at != null && at.additional().stated()) {
      return false;
    }
    throw new InvalidPathException(NO_FIELD);
  }

  private void step(String name, boolean named) throws InvalidPathException {
    if (!named) {
      path.append('[').append(name).append(']');
      at = at == null ? null : at.additional().schema();
      return;
    }
    path.append(path.isEmpty() ? "" : ".").append(name);
    Structural field = at == null ? null : at.properties().get(name);
    if (field == null) {
      throw new InvalidPathException(NO_FIELD);
    }
    at = field;
  }

  private static String unescape(String text) throws InvalidPathException {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      // Go's regular expression takes any character after a backslash but a line break.
      if (c != '\\' || i + 1 == text.length() || text.charAt(i + 1) == '\n') {
        out.append(c);
        continue;
      }
      int directive = text.codePointAt(++i);
      out.append(
          switch (directive) {
            case 'a' -> "\u0007";
            case 'b' -> "\b";
            case 'f' -> "\f";
            case 'n' -> "\n";
            case 'r' -> "\r";
            case 't' -> "\t";
            case 'v' -> "\u000b";
            case '\'' -> "'";
            case '\\' -> "\\";
            default ->
                throw new InvalidPathException(
                    "invalid string literal: invalid escape char \\"
                        + Character.toString(directive));
          });
    }
    return out.toString();
  }

  /** Delimiters, texts in quotes, and what is between them. */
  private static List<String> tokens(String text) {
    List<String> tokens = new ArrayList<>();
    int start = 0;
    while (start < text.length()) {
      int end = end(text, start);
      tokens.add(text.substring(start, end));
      start = end;
    }
    return tokens;
  }

  private static int end(String text, int start) {
    if (text.charAt(start) == '\'') {
      for (int i = start + 1; i < text.length(); i++) {
        if (text.charAt(i) == '\'' && text.charAt(i - 1) != '\\') {
          return i + 1;
        }
      }
      return text.length();
    }
    for (int i = start; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '.' || c == '[' || c == ']') {
        return i == start ? i + 1 : i;
      }
    }
    return text.length();
  }
}
