package dev.rheo.schema.value;

import dev.rheo.api.net.Ip;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Set;

/**
 * A mail address (RFC 5322) as Go's net/mail reads it: {@code a@b}, {@code "a b"@[10.0.0.1]},
 * {@code Somebody (at home) <a@b>}, or a group with one address. Comments and spaces may stand
 * around it, and words may be encoded (RFC 2047).
 */
final class MailAddress {
  private static final String SPECIAL = "()<>[]:;@\\,\"";
  private static final Set<String> CHARSETS = Set.of("utf-8", "iso-8859-1", "us-ascii");

  /** The text is none. */
  private static final class SyntaxException extends Exception {
    private static final long serialVersionUID = 1L;

    SyntaxException() {
      super(null, null, false, false);
    }
  }

  private final String text;
  private int at;

  private MailAddress(String text) {
    this.text = text;
  }

  static boolean isValid(String text) {
    try {
      MailAddress parser = new MailAddress(text);
      int addresses = parser.address(true);
      parser.comments();
      return parser.isEnd() && addresses == 1;
    } catch (SyntaxException e) {
      return false;
    }
  }

  /** Reads a mailbox or a group; returns the number of its addresses. */
  private int address(boolean group) throws SyntaxException {
    space();
    if (isEnd()) {
      throw new SyntaxException();
    }
    int start = at;
    if (isSpec()) {
      space();
      if (consume('(')) {
        displayComment();
      }
      return 1;
    }
    at = start;
    if (peek() != '<') {
      phrase();
    }
    space();
    if (group && consume(':')) {
      return members();
    }
    if (!consume('<') || !isSpec() || !consume('>')) {
      throw new SyntaxException();
    }
    return 1;
  }

  private int members() throws SyntaxException {
    space();
    if (consume(';')) {
      comments();
      return 0;
    }
    int members = 0;
    while (true) {
      members += address(false);
      comments();
      if (consume(';')) {
        comments();
        return members;
      }
      if (!consume(',')) {
        throw new SyntaxException();
      }
    }
  }

  /** Reads {@code local@domain}; moves on even if there is none. */
  private boolean isSpec() {
    try {
      space();
      if (isEnd()) {
        return false;
      }
      if (peek() == '"') {
        if (quoted() == 0) {
          return false;
        }
      } else {
        dotted();
      }
      if (!consume('@')) {
        return false;
      }
      space();
      if (isEnd()) {
        return false;
      }
      if (consume('[')) {
        literal();
      } else {
        dotted();
      }
      return true;
    } catch (SyntaxException e) {
      return false;
    }
  }

  /** Reads words; one of them at least. */
  private void phrase() throws SyntaxException {
    for (int words = 0; ; words++) {
      if (words > 0) {
        comments();
      }
      space();
      if (isEnd()) {
        return;
      }
      try {
        if (peek() == '"') {
          int ignored = quoted();
        } else {
          checkEncoding(atom());
        }
      } catch (SyntaxException e) {
        if (words == 0) {
          throw e;
        }
        return;
      }
    }
  }

  /** Reads a quoted text; returns the number of its characters. */
  private int quoted() throws SyntaxException {
    int start = at;
    int length = 0;
    boolean escaped = false;
    at++;
    while (!isEnd()) {
      char c = peek();
      if (!escaped && c == '"') {
        at++;
        return length;
      }
      if (!escaped && c == '\\') {
        escaped = true;
      } else if (isVisible(c) || c == ' ' || c == '\t') {
        escaped = false;
        length++;
      } else {
        break;
      }
      at++;
    }
    at = start;
    throw new SyntaxException();
  }

  private String atom() throws SyntaxException {
    int start = at;
    while (!isEnd() && isVisible(peek()) && SPECIAL.indexOf(peek()) < 0) {
      at++;
    }
    if (at == start) {
      throw new SyntaxException();
    }
    return text.substring(start, at);
  }

  private void dotted() throws SyntaxException {
    String atom = atom();
    if (atom.startsWith(".") || atom.endsWith(".") || atom.contains("..")) {
      throw new SyntaxException();
    }
  }

  private void literal() throws SyntaxException {
    int start = at;
    while (!isEnd() && peek() != ']') {
      char c = peek();
      if (!isVisible(c) || c == '[' || c == '\\') {
        throw new SyntaxException();
      }
      at++;
    }
    Ip ip = Ip.parse(text.substring(start, at));
    if (ip == null || ip.leadingZeros() || !consume(']')) {
      throw new SyntaxException();
    }
  }

  private void displayComment() throws SyntaxException {
    for (String word : comment().split("[ \t]+")) {
      checkEncoding(word);
    }
  }

  private void comments() throws SyntaxException {
    space();
    while (consume('(')) {
      String ignored = comment();
      space();
    }
  }

  /** Reads a comment, which may have others in it, after its parenthesis. */
  private String comment() throws SyntaxException {
    StringBuilder comment = new StringBuilder();
    int depth = 1;
    while (!isEnd() && depth > 0) {
      if (peek() == '\\' && at + 1 < text.length()) {
        at++;
      } else if (peek() == '(') {
        depth++;
      } else if (peek() == ')') {
        depth--;
      }
      if (depth > 0) {
        comment.append(peek());
      }
      at++;
    }
    if (depth > 0) {
      throw new SyntaxException();
    }
    return comment.toString();
  }

  /** Refuses an encoded word of an unknown character set; anything else that is wrong is plain. */
  private static void checkEncoding(String word) throws SyntaxException {
    String[] parts = word.split("\\?", -1);
    if (parts.length != 5 || !parts[0].equals("=") || !parts[4].equals("=") || word.length() < 8) {
      return;
    }
    String charset = parts[1];
    boolean decodes =
        switch (parts[2]) {
          case "b", "B" -> isBase64(parts[3]);
          case "q", "Q" -> isQuotedPrintable(parts[3]);
          default -> false;
        };
    if (!charset.isEmpty() && decodes && !CHARSETS.contains(charset.toLowerCase(Locale.ROOT))) {
      throw new SyntaxException();
    }
  }

  private static boolean isBase64(String encoded) {
    try {
      byte[] ignored = Base64.getDecoder().decode(encoded.getBytes(StandardCharsets.UTF_8));
      return encoded.length() % 4 == 0;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static boolean isQuotedPrintable(String encoded) {
    for (int i = 0; i < encoded.length(); i++) {
      char c = encoded.charAt(i);
      if (c == '=') {
        if (i + 2 >= encoded.length()
            || !isHex(encoded.charAt(i + 1))
            || !isHex(encoded.charAt(i + 2))) {
          return false;
        }
        i += 2;
      } else if ((c < ' ' || c > '~') && c != '\n' && c != '\r' && c != '\t') {
        return false;
      }
    }
    return true;
  }

  private static boolean isHex(char c) {
    return c < 0x80 && Character.digit(c, 16) >= 0;
  }

  /** A character beyond ASCII counts as a letter. */
  private static boolean isVisible(char c) {
    return c > ' ' && c != 0x7f;
  }

  private void space() {
    while (!isEnd() && (peek() == ' ' || peek() == '\t')) {
      at++;
    }
  }

  private boolean consume(char c) {
    if (isEnd() || peek() != c) {
      return false;
    }
    at++;
    return true;
  }

  private char peek() {
    return text.charAt(at);
  }

  private boolean isEnd() {
    return at == text.length();
  }
}
