package dev.rheo.api.select;

import dev.rheo.api.select.ShardSelector.Key;
import dev.rheo.api.select.ShardSelector.Range;
import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.Excerpt;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The grammar of shard selectors, with upstream's messages. It is a part of CEL: upstream parses
 * CEL and refuses what is no call of {@code shardRange}. Here comments, escapes in texts and other
 * notations that cannot be part of a useful selector are refused as syntax errors.
 *
 * <pre>
 *   or      = operand { "||" operand }
 *   operand = ( "(" or ")" | CALL "(" [ or { "," or } ] ")" | IDENTIFIER | TEXT | NUMBER )
 *             { "." IDENTIFIER }
 * </pre>
 */
final class ShardSelectorParser {
  /** Limit on nested parentheses, as upstream's. */
  private static final int MAX_DEPTH = 250;

  private static final String FUNCTION = "shardRange";
  private static final int DIGITS = 16;

  /** 2^64, the end of the last shard. */
  private static final String END = "0x10000000000000000";

  /** Operators of CEL, of one or two characters, and the names of their functions. */
  private static final Map<String, String> OPERATORS =
      Map.of(
          "&&", "_&&_", "==", "_==_", "!=", "_!=_", "<", "_<_", ">", "_>_", "+", "_+_", "-", "_-_",
          "*", "_*_", "/", "_/_", "?", "_?_:_");

  /** The literals that are words, with the types that messages name. */
  private static final Map<String, String> WORDS =
      Map.of("true", "bool", "false", "bool", "null", "structpb.NullValue");

  /** A parsed expression. {@code kind} is the number that upstream's messages give it. */
  private sealed interface Expression {
    int kind();

    record Or(List<Expression> operands) implements Expression {
      @Override
      public int kind() {
        return 1;
      }
    }

    record Call(String function, List<Expression> arguments) implements Expression {
      @Override
      public int kind() {
        return 1;
      }
    }

    record Path(String text, int kind) implements Expression {}

    record Text(String value) implements Expression {
      @Override
      public int kind() {
        return 5;
      }
    }

    record Literal(String type) implements Expression {
      @Override
      public int kind() {
        return 5;
      }
    }
  }

  private record KeyedRange(Key key, Range range) {}

  private final String text;
  private int at;
  private int depth;

  ShardSelectorParser(String text) {
    this.text = text;
  }

  ShardSelector parse() {
    if (text.isBlank()) {
      throw refused("empty shard selector is not allowed; omit the parameter for unfiltered lists");
    }
    Expression whole = or();
    if (at < text.length()) {
      throw syntax();
    }
    List<KeyedRange> keyed = new ArrayList<>();
    collect(whole, keyed);
    Key key = keyed.getFirst().key();
    for (KeyedRange one : keyed) {
      if (one.key() != key) {
        throw refused(
            "all shard ranges must use the same field, got \"%s\" and \"%s\""
                .formatted(key.path(), one.key().path()));
      }
    }
    return new ShardSelector(key, keyed.stream().map(KeyedRange::range).toList());
  }

  // -- syntax -----------------------------------------------------------------------------------

  private Expression or() {
    List<Expression> operands = new ArrayList<>();
    do {
      operands.add(operand());
      refuseOperator();
    } while (take("||"));
    return operands.size() == 1 ? operands.getFirst() : new Expression.Or(operands);
  }

  private Expression operand() {
    Expression found = primary();
    while (take(".")) {
      String name = word();
      if (name.isEmpty() || !(found instanceof Expression.Path path)) {
        throw syntax();
      }
      found = new Expression.Path(path.text() + "." + name, 7);
    }
    return found;
  }

  private Expression primary() {
    skipSpace();
    if (take("(")) {
      Expression inner = nested();
      need(")");
      return inner;
    }
    char c = at < text.length() ? text.charAt(at) : 0;
    if (c == '\'' || c == '"') {
      return new Expression.Text(quoted(c));
    }
    String word = word();
    if (word.isEmpty()) {
      throw syntax();
    } else if (Character.isDigit(word.charAt(0))) {
      return new Expression.Literal("int64");
    }
    String type = WORDS.get(word);
    if (type != null) {
      return new Expression.Literal(type);
    }
    return take("(") ? new Expression.Call(word, arguments()) : new Expression.Path(word, 3);
  }

  private List<Expression> arguments() {
    List<Expression> arguments = new ArrayList<>();
    if (take(")")) {
      return arguments;
    }
    do {
      arguments.add(nested());
    } while (take(","));
    need(")");
    return arguments;
  }

  private Expression nested() {
    if (++depth > MAX_DEPTH) {
      throw refused("CEL parse error: expression recursion limit exceeded: " + MAX_DEPTH);
    }
    Expression inner = or();
    depth--;
    return inner;
  }

  /** Names an operator for which there is no place in a selector. */
  private void refuseOperator() {
    skipSpace();
    for (int length = 2; length > 0; length--) {
      String function =
          at + length > text.length() ? null : OPERATORS.get(text.substring(at, at + length));
      if (function != null) {
        throw unsupported(function);
      }
    }
  }

  private String quoted(char quote) {
    int end = text.indexOf(quote, at + 1);
    String inside = end < 0 ? "" : text.substring(at + 1, end);
    if (end < 0 || inside.indexOf('\\') >= 0 || inside.indexOf('\n') >= 0) {
      throw syntax();
    }
    at = end + 1;
    skipSpace();
    return inside;
  }

  /** Letters, digits and underscores; empty if none follow. */
  private String word() {
    int from = at;
    while (at < text.length() && isWord(text.charAt(at))) {
      at++;
    }
    String word = text.substring(from, at);
    skipSpace();
    return word;
  }

  private static boolean isWord(char c) {
    return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_';
  }

  private boolean take(String token) {
    if (!text.startsWith(token, at)) {
      return false;
    }
    at += token.length();
    skipSpace();
    return true;
  }

  private void need(String token) {
    if (!take(token)) {
      throw syntax();
    }
  }

  private void skipSpace() {
    while (at < text.length() && " \t\r\n\f".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private ApiException syntax() {
    return refused(
        "CEL parse error: Syntax error: "
            + (at == text.length()
                ? "mismatched input '<EOF>'"
                : "unexpected input " + Excerpt.quoted(text.substring(at))));
  }

  // -- meaning ----------------------------------------------------------------------------------

  private static void collect(Expression expression, List<KeyedRange> into) {
    switch (expression) {
      case Expression.Or(List<Expression> operands) ->
          operands.forEach(operand -> collect(operand, into));
      case Expression.Call(String function, List<Expression> arguments) -> {
        if (!function.equals(FUNCTION)) {
          throw unsupported(function);
        }
        into.add(range(arguments));
      }
      default ->
          throw refused(
              "unexpected expression kind %d; expected shardRange() call or || operator"
                  .formatted(expression.kind()));
    }
  }

  private static KeyedRange range(List<Expression> arguments) {
    if (arguments.size() != 3) {
      throw refused("shardRange() requires exactly 3 arguments, got " + arguments.size());
    }
    Key key = key(arguments.get(0));
    String start = bound(arguments.get(1), "hexStart");
    String end = bound(arguments.get(2), "hexEnd");
    long first = start.equals(END) ? 0 : Long.parseUnsignedLong(start, 2, start.length(), 16);
    long last = end.equals(END) ? -1 : Long.parseUnsignedLong(end, 2, end.length(), 16) - 1;
    boolean empty = end.equals("0x" + "0".repeat(DIGITS));
    if (start.equals(END) || empty || Long.compareUnsigned(first, last) > 0) {
      throw refused("shard range start %s must be less than end %s".formatted(start, end));
    }
    return new KeyedRange(key, new Range(first, last));
  }

  private static Key key(Expression argument) {
    if (!(argument instanceof Expression.Path(String path, int _))) {
      throw refused(
          "shardRange() first argument: expected field path (e.g. object.metadata.uid), got"
              + " expression kind "
              + argument.kind());
    }
    for (Key key : Key.values()) {
      if (key.path().equals(path)) {
        return key;
      }
    }
    throw refused(
        "unsupported field path %s; supported: object.metadata.uid, object.metadata.namespace"
            .formatted(Excerpt.quoted(path)));
  }

  private static String bound(Expression argument, String name) {
    String value =
        switch (argument) {
          case Expression.Text(String text) -> text;
          case Expression.Literal(String type) ->
              throw refused(name + " must be a string literal, got " + type);
          default ->
              throw refused(
                  name
                      + " must be a string literal (e.g. '0xff'), got expression kind "
                      + argument.kind());
        };
    String shown = Excerpt.quoted(value);
    if (!value.startsWith("0x")) {
      throw refused(name + " must have '0x' prefix, got " + shown);
    }
    String hex = value.substring(2);
    if (hex.isEmpty()) {
      throw refused(name + ": hex value is required after '0x'");
    }
    if (hex.length() > DIGITS + 1) {
      throw refused(
          "%s: hex value too long (%d chars, max %d): %s"
              .formatted(name, hex.length(), DIGITS + 1, Excerpt.quoted(hex)));
    }
    int digits = 0;
    while (digits < hex.length() && isHex(hex.charAt(digits))) {
      digits++;
    }
    if (digits < hex.length()) {
      String wrong = Character.toString(hex.codePointAt(digits));
      throw refused(
          "%s: invalid hex character %s in %s".formatted(name, Excerpt.quoted(wrong), shown));
    }
    if (hex.length() > DIGITS && !value.equals(END)) {
      throw refused(
          "%s: 17-digit hex value must be '%s' (2^64), got %s".formatted(name, END, shown));
    }
    if (hex.length() < DIGITS) {
      throw refused(
          "%s must be a 0x-prefixed 16-digit hex value, got %s (did you mean \"0x%s%s\"?)"
              .formatted(name, shown, "0".repeat(DIGITS - hex.length()), hex));
    }
    return value;
  }

  private static boolean isHex(char c) {
    return c >= '0' && c <= '9' || c >= 'a' && c <= 'f';
  }

  private static ApiException unsupported(String function) {
    return refused(
        "unsupported function %s; only shardRange() and || are allowed"
            .formatted(Excerpt.quoted(function)));
  }

  private static ApiException refused(String why) {
    return ApiException.badRequest("invalid shard selector: " + why);
  }
}
