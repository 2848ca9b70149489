package dev.rheo.api.status;

import java.util.HexFormat;

/**
 * Formats text as Go does: clients compare the responses of a Kubernetes API server with what Go's
 * formatting yields.
 */
public final class GoText {
  private GoText() {}

  /** A JSON string as encoding/json writes it, HTML characters escaped. */
  public static String json(String text) {
    StringBuilder out = new StringBuilder(text.length() + 2);
    appendJson(out, text);
    return out.toString();
  }

  static void appendJson(StringBuilder out, String text) {
    out.append('"');
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      appendJson(out, c);
      i += Character.charCount(c);
    }
    out.append('"');
  }

  /** One character of a JSON string. */
  static void appendJson(StringBuilder out, int c) {
    switch (c) {
      case '"' -> out.append("\\\"");
      case '\\' -> out.append("\\\\");
      case '\b' -> out.append("\\b");
      case '\f' -> out.append("\\f");
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      case '<', '>', '&', '\u2028', '\u2029' -> unicode(out, (char) c);
      default -> {
        if (c < 0x20) {
          unicode(out, (char) c);
        } else if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
          out.append("\\ufffd");
        } else {
          out.appendCodePoint(c);
        }
      }
    }
  }

  /**
   * A text without the white space at its ends, as strings.TrimSpace has it: what Unicode counts,
   * other than {@link String#strip}.
   */
  public static String trim(String text) {
    int start = 0;
    int end = text.length();
    while (start < end && isSpace(text.charAt(start))) {
      start++;
    }
    while (end > start && isSpace(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(start, end);
  }

  private static boolean isSpace(char c) {
    return c >= '\t' && c <= '\r' || c == '\u0085' || Character.isSpaceChar(c);
  }

  /** A string literal as the verb {@code %q} writes it. */
  public static String quote(String text) {
    StringBuilder out = new StringBuilder(text.length() + 2).append('"');
    text.codePoints().forEach(c -> appendQuoted(out, c));
    return out.append('"').toString();
  }

  /** One character of a string literal. */
  static void appendQuoted(StringBuilder out, int c) {
    switch (c) {
      case '"' -> out.append("\\\"");
      case '\\' -> out.append("\\\\");
      case 0x07 -> out.append("\\a");
      case '\b' -> out.append("\\b");
      case '\f' -> out.append("\\f");
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      case 0x0b -> out.append("\\v");
      default -> {
        if (isPrint(c)) {
          out.appendCodePoint(c);
        } else if (c < 0x20 || c == 0x7f) {
          out.append("\\x").append(HexFormat.of().toHexDigits((byte) c));
        } else if (c < 0x10000) {
          out.append("\\u").append(HexFormat.of().toHexDigits((char) c));
        } else {
          out.append("\\U").append(HexFormat.of().toHexDigits(c));
        }
      }
    }
  }

  /** Whether Go's unicode.IsPrint holds: letters, marks, numbers, punctuation, symbols, space. */
  public static boolean isPrint(int codePoint) {
    if (codePoint == ' ') {
      return true;
    }
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SPACE_SEPARATOR ->
          false;
      default -> true;
    };
  }

  private static void unicode(StringBuilder out, char c) {
    out.append("\\u").append(HexFormat.of().toHexDigits(c));
  }
}
