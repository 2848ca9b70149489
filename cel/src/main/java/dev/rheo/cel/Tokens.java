package dev.rheo.cel;

/** How many tokens an expression can have. */
final class Tokens {
  private Tokens() {}

  /**
   * A number that the lexer's tokens do not exceed, spaces and comments included, whatever the text
   * is: spaces that follow each other count once, a word once, one that begins with a digit half
   * its length, as in {@code 1u1u}, and every other character once, in strings and comments as
   * well.
   */
  static int atMost(String text) {
    int tokens = 1; // the end
    int at = 0;
    while (at < text.length()) {
      Kind kind = kind(text.charAt(at));
      int end = at + 1;
      while (kind != Kind.OTHER && end < text.length() && kind(text.charAt(end)) == kind) {
        end++;
      }
      tokens += kind == Kind.WORD && isDigit(text.charAt(at)) ? 1 + (end - at) / 2 : 1;
      at = end;
    }
    return tokens;
  }

  private enum Kind {
    WORD,
    SPACE,
    OTHER
  }

  private static Kind kind(char c) {
    boolean word = c == '_' || isDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return word ? Kind.WORD : " \t\r\n\f".indexOf(c) >= 0 ? Kind.SPACE : Kind.OTHER;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
