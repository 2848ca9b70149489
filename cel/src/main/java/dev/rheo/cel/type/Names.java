package dev.rheo.cel.type;

import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Names of fields as identifiers of expressions: {@code a-b} is {@code a__dash__b}, and {@code
 * namespace}, which is reserved, is {@code __namespace__}.
 *
 * <p>See {@code k8s.io/apiserver/pkg/cel.Escape}.
 */
public final class Names {
  /** The words that are no identifiers. */
  static final Set<String> RESERVED =
      Set.of(
          "true",
          "false",
          "null",
          "in",
          "as",
          "break",
          "const",
          "continue",
          "else",
          "for",
          "function",
          "if",
          "import",
          "let",
          "loop",
          "package",
          "namespace",
          "return",
          "var",
          "void",
          "while");

  private static final Pattern ESCAPED = Pattern.compile("__([^_]+)__");

  private Names() {}

  /** Whether a word of CEL's grammar, which names nothing. */
  public static boolean isReserved(String word) {
    return RESERVED.contains(word);
  }

  /** The identifier for a name; null if there is none, as for {@code 1st} or {@code a b}. */
  public static @Nullable String escape(String name) {
    if (name.isEmpty() || isDigit(name.charAt(0))) {
      return null;
    }
    if (RESERVED.contains(name)) {
      return "__" + name + "__";
    }
    StringBuilder escaped = new StringBuilder(name.length());
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      switch (c) {
        case '.' -> escaped.append("__dot__");
        case '-' -> escaped.append("__dash__");
        case '/' -> escaped.append("__slash__");
        case '_' -> {
          if (i + 1 < name.length() && name.charAt(i + 1) == '_') {
            escaped.append("__underscores__");
            i++;
          } else {
            escaped.append(c);
          }
        }
        default -> {
          if (!isDigit(c) && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z')) {
            return null;
          }
          escaped.append(c);
        }
      }
    }
    return escaped.length() == name.length() ? name : escaped.toString();
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  /** The name that an identifier stands for; null if it is no escaped name. */
  public static @Nullable String unescape(String identifier) {
    if (!identifier.contains("__")) {
      return identifier;
    }
    Matcher matcher = ESCAPED.matcher(identifier);
    StringBuilder name = new StringBuilder();
    while (matcher.find()) {
      String word = matcher.group(1);
      boolean whole = matcher.end() - matcher.start() == identifier.length();
      String meaning =
          switch (word) {
            case "underscores" -> "__";
            case "dot" -> ".";
            case "dash" -> "-";
            case "slash" -> "/";
            default -> whole && RESERVED.contains(word) ? word : null;
          };
      if (meaning == null) {
        return null;
      }
      matcher.appendReplacement(name, meaning);
    }
    matcher.appendTail(name);
    return name.toString();
  }
}
