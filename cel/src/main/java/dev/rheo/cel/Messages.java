package dev.rheo.cel;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Puts messages of dev.cel's parser and type checker into the words of cel-go, which users of
 * Kubernetes know. Both were written from the same grammar; they differ in little.
 */
final class Messages {
  private static final Pattern OF_ANTLR =
      Pattern.compile(
          "(?s)(?:mismatched input|extraneous input|no viable alternative|token recognition error"
              + "|missing |More than \\d+ parse errors).*");

  private static final Pattern EXPECTED = Pattern.compile("(?s)(.* expecting )\\{(.*'=='.*)}");
  private static final Pattern KEYWORD =
      Pattern.compile("no viable alternative at input '\\.(true|false|null)'");

  /** What may follow a complete operand. */
  private static final Set<String> OPERATORS =
      Set.of(
          "'=='", "'!='", "'in'", "'<'", "'<='", "'>='", "'>'", "'&&'", "'||'", "'['", "'.'", "'-'",
          "'?'", "'+'", "'*'", "'/'", "'%%'");

  private static final String CANDIDATES = " (candidates: ";
  private static final String UNRESOLVED =
      "Message type resolution failure while referencing field";
  private static final Pattern DESCRIPTOR =
      Pattern.compile(".* descriptor for type '([^']*)' was added.*");
  private static final Pattern NO_MESSAGE =
      Pattern.compile("'(\\w+)\\(.*\\)' is not a message type");
  private static final Pattern TYPE_VARIABLE = Pattern.compile("%[a-zA-Z]+(\\d+)");

  private Messages() {}

  /**
   * @param rest the text from the fault's place to the end of the line
   * @param manyLines whether the expression has several lines
   */
  static String ofParser(String message, String rest, boolean manyLines) {
    if (OF_ANTLR.matcher(message).matches()) {
      return "Syntax error: " + syntax(manyLines ? unescaped(message) : message);
    }
    if (message.equals("unsupported identifier")) {
      return "unsupported ident kind";
    }
    if (message.startsWith("unsupported syntax '`'")) {
      return "unsupported syntax: '`'";
    }
    if (message.startsWith("reserved identifier")
        || message.startsWith("unsupported ")
        || message.startsWith("invalid ")
        || message.startsWith("argument ")
        || message.contains("variable")
        || message.contains("sortBy")
        || message.contains("node limit")) {
      return message;
    }
    if (!rest.isEmpty() && (isDigit(rest.charAt(0)) || rest.charAt(0) == '.')) {
      return "invalid " + kindOfNumber(rest) + " literal";
    }
    return message.startsWith("Invalid unicode code point")
        ? "invalid unicode code point"
        : "unable to unescape string";
  }

  /** Go's ANTLR names the token that was expected, Java's also what could have come before it. */
  private static String syntax(String message) {
    Matcher keyword = KEYWORD.matcher(message);
    if (keyword.matches()) {
      return "mismatched input '" + keyword.group(1) + "' expecting IDENTIFIER";
    }
    Matcher expected = EXPECTED.matcher(message);
    if (!expected.matches()) {
      return message;
    }
    List<String> left = new ArrayList<>();
    for (String token : expected.group(2).split(", ", -1)) {
      if (!OPERATORS.contains(token)) {
        left.add(token);
      }
    }
    return left.size() == 1 ? expected.group(1) + left.get(0) : message;
  }

  private static String unescaped(String message) {
    return message.replace("\\n", "\n").replace("\\r", "\r").replace("\\t", "\t");
  }

  private static String kindOfNumber(String text) {
    int end = 0;
    while (end < text.length()
        && (Character.isLetterOrDigit(text.charAt(end)) || text.charAt(end) == '.')) {
      end++;
    }
    String number = text.substring(0, end);
    if (number.endsWith("u") || number.endsWith("U")) {
      return "uint";
    }
    return !number.startsWith("0x") && number.matches(".*[.eE].*") ? "double" : "int";
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  /** The message in other words; empty if it only follows from another fault. */
  static String ofChecker(String message) {
    if (message.startsWith(UNRESOLVED)) {
      Matcher type = DESCRIPTOR.matcher(message);
      return type.matches() ? "unexpected failed resolution of '" + type.group(1) + "'" : "";
    }
    String text = message;
    int candidates = text.startsWith("found no matching") ? text.indexOf(CANDIDATES) : -1;
    if (candidates >= 0) {
      text = text.substring(0, candidates);
    }
    text = NO_MESSAGE.matcher(text).replaceAll("'$1' is not a message type");
    String variable = text.contains("'cel.@mapInsert'") ? "dyn" : "_var$1";
    return TYPE_VARIABLE
        .matcher(text)
        .replaceAll(variable)
        .replace("*error*", "!error!")
        .replace("google.protobuf.Timestamp", "timestamp")
        .replace("google.protobuf.Duration", "duration");
  }
}
