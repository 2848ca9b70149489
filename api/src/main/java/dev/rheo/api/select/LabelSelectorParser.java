package dev.rheo.api.select;

import dev.rheo.api.name.Names;
import dev.rheo.api.select.Requirement.Operator;
import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.Excerpt;
import dev.rheo.api.status.FieldError;
import dev.rheo.api.status.FieldErrors;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * The grammar of label selectors, with upstream's tolerance (empty values, white space) and its
 * messages.
 *
 * <pre>
 *   selector    = [ requirement { "," requirement } ]
 *   requirement = [ "!" ] KEY | KEY ( "=" | "==" | "!=" | ">" | "<" ) [ VALUE ]
 *               | KEY ( "in" | "notin" ) "(" [ VALUE ] { "," [ VALUE ] } ")"
 * </pre>
 *
 * The words {@code in} and {@code notin} are operators only where an operator is expected.
 */
final class LabelSelectorParser {
  private enum Kind {
    ERROR,
    END,
    CLOSE,
    COMMA,
    NOT,
    DOUBLE_EQUALS,
    EQUALS,
    GREATER,
    IDENTIFIER,
    IN,
    LESS,
    NOT_EQUALS,
    NOT_IN,
    OPEN
  }

  private record Token(Kind kind, String text) {
    /**
     * The kind of this token where a key or a value is allowed: there the words are identifiers.
     */
    Kind asValue() {
      return kind == Kind.IN || kind == Kind.NOT_IN ? Kind.IDENTIFIER : kind;
    }

    String shown() {
      return Excerpt.text(text);
    }
  }

  private final String text;
  private int position;
  private final List<Token> tokens = new ArrayList<>();
  private int next;

  LabelSelectorParser(String text) {
    this.text = text;
  }

  List<Requirement> parse() {
    Token token;
    do {
      token = lex();
      tokens.add(token);
    } while (token.kind() != Kind.END);

    List<Requirement> requirements = new ArrayList<>();
    while (true) {
      Token first = peek();
      switch (first.asValue()) {
        case IDENTIFIER, NOT -> {
          requirements.add(requirement());
          Token after = take();
          switch (after.asValue()) {
            case END -> {
              return requirements;
            }
            case COMMA -> {
              Kind following = peek().asValue();
              if (following != Kind.IDENTIFIER && following != Kind.NOT) {
                throw found(peek(), ", expected: identifier after ','");
              }
            }
            default -> throw found(after, ", expected: ',' or 'end of string'");
          }
        }
        case END -> {
          return requirements;
        }
        default -> throw found(first, ", expected: !, identifier, or 'end of string'");
      }
    }
  }

  private Requirement requirement() {
    Token token = take();
    boolean not = token.asValue() == Kind.NOT;
    if (not) {
      token = take();
    }
    if (token.asValue() != Kind.IDENTIFIER) {
      throw inRequirement("found '" + token.shown() + "', expected: identifier");
    }
    String key = token.text();
    List<String> faults = Names.labelKey(key);
    if (!faults.isEmpty()) {
      // upstream prints its missing path as <nil>
      throw inRequirement(FieldError.invalid("<nil>", key, String.join("; ", faults)).message());
    }
    if (not) {
      return checked(new Requirement(key, Operator.DOES_NOT_EXIST, List.of()));
    }
    Kind following = peek().asValue();
    if (following == Kind.END || following == Kind.COMMA) {
      return checked(new Requirement(key, Operator.EXISTS, List.of()));
    }
    Operator operator = operator();
    List<String> values =
        operator == Operator.IN || operator == Operator.NOT_IN ? values() : List.of(exactValue());
    return checked(new Requirement(key, operator, values));
  }

  private Operator operator() {
    Token token = take();
    return switch (token.kind()) {
      case IN -> Operator.IN;
      case NOT_IN -> Operator.NOT_IN;
      case EQUALS -> Operator.EQUALS;
      case DOUBLE_EQUALS -> Operator.DOUBLE_EQUALS;
      case NOT_EQUALS -> Operator.NOT_EQUALS;
      case GREATER -> Operator.GREATER_THAN;
      case LESS -> Operator.LESS_THAN;
      default ->
          throw inRequirement(
              "found '" + token.shown() + "', expected: in, notin, =, ==, !=, gt, lt");
    };
  }

  private List<String> values() {
    Token open = take();
    if (open.asValue() != Kind.OPEN) {
      throw inRequirement("found '" + open.shown() + "' expected: '('");
    }
    Token first = peek();
    return switch (first.asValue()) {
      case IDENTIFIER, COMMA -> {
        List<String> values = identifiers();
        if (take().asValue() != Kind.CLOSE) {
          throw inRequirement("found '" + first.shown() + "', expected: ')'");
        }
        yield values;
      }
      case CLOSE -> {
        take();
        yield List.of("");
      }
      default ->
          throw inRequirement("found '" + first.shown() + "', expected: ',', ')' or identifier");
    };
  }

  private List<String> identifiers() {
    TreeSet<String> values = new TreeSet<>();
    while (true) {
      Token token = take();
      switch (token.asValue()) {
        case IDENTIFIER -> {
          values.add(token.text());
          switch (peek().asValue()) {
            case COMMA -> {}
            case CLOSE -> {
              return List.copyOf(values);
            }
            default -> throw inRequirement("found '" + peek().shown() + "', expected: ',' or ')'");
          }
        }
        case COMMA -> {
          if (values.isEmpty()) {
            values.add("");
          }
          Kind following = peek().asValue();
          if (following == Kind.CLOSE) {
            values.add("");
            return List.copyOf(values);
          }
          if (following == Kind.COMMA) {
            values.add("");
          }
        }
        default ->
            throw inRequirement("found '" + token.shown() + "', expected: ',', or identifier");
      }
    }
  }

  private String exactValue() {
    Kind following = peek().asValue();
    if (following == Kind.END || following == Kind.COMMA) {
      return "";
    }
    Token token = take();
    if (token.asValue() != Kind.IDENTIFIER) {
      throw inRequirement("found '" + token.shown() + "', expected: identifier");
    }
    return token.text();
  }

  private static Requirement checked(Requirement requirement) {
    FieldErrors errors = requirement.validate();
    if (!errors.isEmpty()) {
      throw inRequirement(errors.message());
    }
    return requirement;
  }

  private Token peek() {
    return tokens.get(next);
  }

  private Token take() {
    Token token = tokens.get(next);
    if (token.kind() != Kind.END) {
      next++;
    }
    return token;
  }

  private static ApiException found(Token token, String expected) {
    return ApiException.badRequest("found '" + token.shown() + "'" + expected);
  }

  private static ApiException inRequirement(String message) {
    return ApiException.badRequest("unable to parse requirement: " + message);
  }

  private Token lex() {
    while (position < text.length() && isSpace(text.charAt(position))) {
      position++;
    }
    if (position == text.length()) {
      return new Token(Kind.END, "");
    }
    return isSpecial(text.charAt(position)) ? special() : word();
  }

  private Token word() {
    int start = position;
    while (position < text.length()
        && !isSpecial(text.charAt(position))
        && !isSpace(text.charAt(position))) {
      position++;
    }
    String word = text.substring(start, position);
    return switch (word) {
      case "in" -> new Token(Kind.IN, word);
      case "notin" -> new Token(Kind.NOT_IN, word);
      default -> new Token(Kind.IDENTIFIER, word);
    };
  }

  private Token special() {
    char c = text.charAt(position++);
    boolean equalsFollows = position < text.length() && text.charAt(position) == '=';
    return switch (c) {
      case '(' -> new Token(Kind.OPEN, "(");
      case ')' -> new Token(Kind.CLOSE, ")");
      case ',' -> new Token(Kind.COMMA, ",");
      case '>' -> new Token(Kind.GREATER, ">");
      case '<' -> new Token(Kind.LESS, "<");
      case '!' -> {
        if (equalsFollows) {
          position++;
          yield new Token(Kind.NOT_EQUALS, "!=");
        }
        yield new Token(Kind.NOT, "!");
      }
      case '=' -> {
        if (equalsFollows) {
          position++;
          yield new Token(Kind.DOUBLE_EQUALS, "==");
        }
        yield new Token(Kind.EQUALS, "=");
      }
      default -> new Token(Kind.ERROR, "");
    };
  }

  private static boolean isSpace(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
  }

  private static boolean isSpecial(char c) {
    return switch (c) {
      case '=', '!', '(', ')', ',', '>', '<' -> true;
      default -> false;
    };
  }
}
