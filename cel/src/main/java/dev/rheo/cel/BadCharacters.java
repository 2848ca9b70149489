package dev.rheo.cel;

/**
 * Finds the characters with which no token begins. The parser needs long for each, so an expression
 * with many is not given to it.
 */
final class BadCharacters {
  private static final String PUNCTUATION = "()[]{}.,-+*/%<>!?:=&| \t\r\n\f";

  private BadCharacters() {}

  /** Whether there are more of them than some number. */
  static boolean moreThan(int limit, String text) {
    int bad = 0;
    int at = 0;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '"' || c == '\'') {
        at = afterString(text, at);
      } else if (text.startsWith("//", at)) {
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end;
      } else {
        if (!isGood(text, at, c) && ++bad > limit) {
          return true;
        }
        at +=
            text.startsWith("==", at) || text.startsWith("&&", at) || text.startsWith("||", at)
                ? 2
                : 1;
      }
    }
    return false;
  }

  private static boolean isGood(String text, int at, char c) {
    boolean word =
        c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (c == '=') {
      return text.startsWith("==", at) || (at > 0 && "!<>".indexOf(text.charAt(at - 1)) >= 0);
    }
    if (c == '&' || c == '|') {
      return text.startsWith(String.valueOf(c).repeat(2), at);
    }
    return word || PUNCTUATION.indexOf(c) >= 0;
  }

  /** The index after a string; only after its quote if it does not end. */
  private static int afterString(String text, int from) {
    String quote = String.valueOf(text.charAt(from));
    boolean three = text.startsWith(quote.repeat(3), from);
    String end = three ? quote.repeat(3) : quote;
    boolean raw =
        from > 0
            && "rR".indexOf(text.charAt(from - 1)) >= 0
            && (from < 2 || !Character.isLetterOrDigit(text.charAt(from - 2)));
    int at = from + end.length();
    while (at < text.length()) {
      if (text.startsWith(end, at)) {
        return at + end.length();
      }
      char c = text.charAt(at);
      if (!three && (c == '\n' || c == '\r')) {
        break;
      }
      at += c == '\\' && !raw ? 2 : 1;
    }
    return at;
  }
}
