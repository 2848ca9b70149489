package dev.rheo.resource.table.path;

import dev.rheo.codec.io.Truncated;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Texts in quotes with the escapes of Go, single quotes allowed. */
final class GoQuotes {
  private final String text;
  private final char quote;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private int at;

  private GoQuotes(String text, char quote) {
    this.text = text;
    this.quote = quote;
  }

  /**
   * The text without its quotes.
   *
   * @param quoted begins and ends with the same quote
   * @throws IllegalArgumentException in upstream's words, if an escape is none
   */
  static String unquote(String quoted) {
    String inner = quoted.substring(1, Math.max(1, quoted.length() - 1));
    char quote = quoted.charAt(0);
    if (inner.indexOf('\\') < 0 && inner.indexOf(quote) < 0) {
      return inner;
    }
    try {
      return new GoQuotes(inner, quote).unescape();
    } catch (IndexOutOfBoundsException | NumberFormatException e) {
      throw new IllegalArgumentException(
          "unquote string " + Truncated.of(quoted) + " error invalid syntax", e);
    }
  }

  private String unescape() {
    while (at < text.length()) {
      int c = text.codePointAt(at);
      at += Character.charCount(c);
      if (c == quote) {
        throw new NumberFormatException();
      }
      if (c == '\\') {
        escape(text.charAt(at++));
      } else {
        character(c);
      }
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  private void escape(char c) {
    switch (c) {
      case 'a' -> out.write(7);
      case 'b' -> out.write('\b');
      case 'f' -> out.write('\f');
      case 'n' -> out.write('\n');
      case 'r' -> out.write('\r');
      case 't' -> out.write('\t');
      case 'v' -> out.write(11);
      case 'x' -> out.write(digits(2, 16));
      case 'u' -> codePoint(digits(4, 16));
      case 'U' -> codePoint(digits(8, 16));
      case '0', '1', '2', '3', '4', '5', '6', '7' -> {
        at--;
        int octal = digits(3, 8);
        if (octal > 255) {
          throw new NumberFormatException();
        }
        out.write(octal);
      }
      case '\\' -> out.write('\\');
      case '\'', '"' -> {
        if (c != quote) {
          throw new NumberFormatException();
        }
        out.write(c);
      }
      default -> throw new NumberFormatException();
    }
  }

  private int digits(int count, int radix) {
    int value = 0;
    for (int i = 0; i < count; i++) {
      char c = text.charAt(at++);
      int digit = c < 128 ? Character.digit(c, radix) : -1;
      if (digit < 0 || value > Character.MAX_CODE_POINT) {
        throw new NumberFormatException();
      }
      value = value * radix + digit;
    }
    return value;
  }

  private void codePoint(int c) {
    if (c > Character.MAX_CODE_POINT
        || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)) {
      throw new NumberFormatException();
    }
    character(c);
  }

  private void character(int c) {
    out.writeBytes(Character.toString(c).getBytes(StandardCharsets.UTF_8));
  }
}
