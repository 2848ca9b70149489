package dev.rheo.codec.yaml;

import dev.rheo.codec.io.ByteOutput;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Writes a string so that readers of both YAML 1.1 and 1.2 read the same string: plain where that
 * is safe, otherwise quoted, and as a literal block if it has line breaks. Never folded. The style
 * is mostly that of upstream's emitter, but a string on which readers are known to differ is
 * quoted.
 */
final class YamlScalar {
  /** The ways to write a string. */
  enum Style {
    PLAIN,
    SINGLE_QUOTED,
    DOUBLE_QUOTED,
    LITERAL
  }

  /** Words, in lower case, that some reader takes for null, a boolean or an operator. */
  private static final Set<String> WORDS =
      Set.of("null", "~", "true", "false", "yes", "no", "on", "off", "y", "n", "=", "<<");

  private static final int LONGEST_WORD = 5;

  /** Longest text that is matched against {@link #NUMBER}; longer text is quoted. */
  private static final int LONGEST_NUMBER = 64;

  /** Integers in any base, sexagesimals, floats, infinities, NaN, and what begins with a date. */
  private static final Pattern NUMBER =
      Pattern.compile(
          "[-+]?0[box]?[0-9a-fA-F_]+"
              + "|[-+]?[0-9][0-9_,]*(:[0-5]?[0-9])*(\\.[0-9_]*)?([eE][-+]?[0-9_]*)?"
              + "|[-+]?\\.[0-9_]+([eE][-+]?[0-9]*)?"
              + "|[-+]?\\.(inf|Inf|INF)|\\.(nan|NaN|NAN)"
              + "|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*");

  /** Characters that cannot begin a plain scalar. */
  private static final String INDICATORS = ",[]{}#&*!|>'\"%@`";

  private static final byte[] HEX = "0123456789ABCDEF".getBytes(StandardCharsets.ISO_8859_1);

  private YamlScalar() {}

  /**
   * The style for a string.
   *
   * @param key whether the string is a key, which must be on one line
   */
  static Style style(byte[] utf8, int from, int to, boolean key) {
    if (from == to) {
      return Style.DOUBLE_QUOTED;
    }
    boolean breaks = false;
    boolean quotes = false;
    for (int i = from; i < to; i++) {
      int c = utf8[i];
      if (c > ' ') {
        if (c == ':') {
          quotes |= i + 1 == to || utf8[i + 1] == ' ';
        } else if (c == '#') {
          quotes |= i > from && utf8[i - 1] == ' ';
        } else if (c == 0x7F) {
          return Style.DOUBLE_QUOTED;
        }
      } else if (c < 0) {
        if (escapedLength(utf8, i, to) > 0) {
          return Style.DOUBLE_QUOTED;
        }
      } else if (c == '\n') {
        breaks = true;
      } else if (c != ' ') {
        return Style.DOUBLE_QUOTED;
      }
    }
    if (breaks) {
      return key || !isLiteral(utf8, from, to) ? Style.DOUBLE_QUOTED : Style.LITERAL;
    }
    if (isOtherType(utf8, from, to)) {
      return Style.DOUBLE_QUOTED;
    }
    return quotes || !beginsPlain(utf8, from, to) || utf8[to - 1] == ' '
        ? Style.SINGLE_QUOTED
        : Style.PLAIN;
  }

  /** Some readers misread a block that ends in a space or has only spaces and line breaks. */
  private static boolean isLiteral(byte[] utf8, int from, int to) {
    if (utf8[to - 1] == ' ') {
      return false;
    }
    for (int i = from; i < to; i++) {
      if (utf8[i] != '\n' && utf8[i] != ' ') {
        return true;
      }
    }
    return false;
  }

  private static boolean beginsPlain(byte[] utf8, int from, int to) {
    int c = utf8[from];
    if (c == '-' || c == '?' || c == ':') {
      return to - from > 1
          && utf8[from + 1] != ' '
          && !(to - from >= 3 && utf8[from + 1] == '-' && utf8[from + 2] == '-');
    }
    if (c == '.' && to - from >= 3 && utf8[from + 1] == '.' && utf8[from + 2] == '.') {
      return false;
    }
    return c != ' ' && INDICATORS.indexOf(c) < 0;
  }

  private static boolean isOtherType(byte[] utf8, int from, int to) {
    int length = to - from;
    if (length <= LONGEST_WORD
        && WORDS.contains(lower(new String(utf8, from, length, StandardCharsets.ISO_8859_1)))) {
      return true;
    }
    int c = utf8[from];
    if ((c < '0' || c > '9') && c != '-' && c != '+' && c != '.') {
      return false;
    }
    if (length > LONGEST_NUMBER) {
      return c != '-' || utf8[from + 1] != '-'; // long options such as --name are not numbers
    }
    return NUMBER.matcher(new String(utf8, from, length, StandardCharsets.ISO_8859_1)).matches();
  }

  private static String lower(String word) {
    return word.toLowerCase(Locale.ROOT);
  }

  /**
   * Writes a string in the style that {@link #style} chose, without a line break after it.
   *
   * @param indent of the lines of a literal block
   */
  static void write(ByteOutput out, byte[] utf8, int from, int to, Style style, int indent) {
    switch (style) {
      case PLAIN -> out.write(utf8, from, to - from);
      case SINGLE_QUOTED -> singleQuoted(out, utf8, from, to);
      case DOUBLE_QUOTED -> doubleQuoted(out, utf8, from, to);
      case LITERAL -> literal(out, utf8, from, to, indent);
    }
  }

  private static void singleQuoted(ByteOutput out, byte[] utf8, int from, int to) {
    out.write('\'');
    for (int i = from; i < to; i++) {
      if (utf8[i] == '\'') {
        out.write('\'');
      }
      out.write(utf8[i]);
    }
    out.write('\'');
  }

  /**
   * Writes a literal block. Its header has an indentation indicator if the first line is blank or
   * begins with a space, and a chomping indicator unless the text ends in exactly one line break.
   */
  private static void literal(ByteOutput out, byte[] utf8, int from, int to, int indent) {
    out.write('|');
    if (utf8[from] == ' ' || utf8[from] == '\n') {
      out.write('0' + YamlWriter.STEP);
    }
    if (utf8[to - 1] != '\n') {
      out.write('-');
    } else if (utf8[to - 2] == '\n') {
      out.write('+');
    }
    int line = from;
    while (line < to) {
      int end = line;
      while (end < to && utf8[end] != '\n') {
        end++;
      }
      out.write('\n');
      if (end > line) {
        YamlWriter.spaces(out, indent);
        out.write(utf8, line, end - line);
      }
      line = end + 1;
    }
  }

  private static void doubleQuoted(ByteOutput out, byte[] utf8, int from, int to) {
    out.write('"');
    int copied = from;
    for (int i = from; i < to; ) {
      int c = utf8[i];
      int length = c >= ' ' && c != '"' && c != '\\' && c != 0x7F ? 0 : escapedLength(utf8, i, to);
      if (length == 0) {
        i++;
        continue;
      }
      out.write(utf8, copied, i - copied);
      escape(out, utf8, i, length);
      i += length;
      copied = i;
    }
    out.write(utf8, copied, to - copied);
    out.write('"');
  }

  /**
   * The length in bytes of the character at {@code at} if it must be escaped, otherwise 0. Escaped
   * are the C1 controls, U+00A0, U+2028, U+2029, U+FEFF, U+FFFE and U+FFFF. For ASCII, which the
   * caller checks, it is always 1.
   */
  private static int escapedLength(byte[] utf8, int at, int to) {
    int first = utf8[at] & 0xff;
    if (first < 0x80) {
      return 1;
    }
    int left = to - at;
    if (first == 0xC2 && left >= 2) {
      return (utf8[at + 1] & 0xff) <= 0xA0 ? 2 : 0; // C1 controls and the no-break space
    }
    if (left < 3) {
      return 0;
    }
    int second = utf8[at + 1] & 0xff;
    int third = utf8[at + 2] & 0xff;
    boolean separator = first == 0xE2 && second == 0x80 && (third & 0xFE) == 0xA8;
    boolean mark = first == 0xEF && second == 0xBB && third == 0xBF;
    boolean none = first == 0xEF && second == 0xBF && third >= 0xBE;
    return separator || mark || none ? 3 : 0;
  }

  private static void escape(ByteOutput out, byte[] utf8, int at, int length) {
    int c = utf8[at] & 0xff;
    out.write('\\');
    switch (length) {
      case 1 -> {
        switch (c) {
          case '"', '\\' -> out.write(c);
          case '\n' -> out.write('n');
          case '\t' -> out.write('t');
          case '\r' -> out.write('r');
          default -> hex(out, 'x', c, 2);
        }
      }
      case 2 -> hex(out, 'x', (c & 0x1F) << 6 | utf8[at + 1] & 0x3F, 2);
      default ->
          hex(out, 'u', (c & 0xF) << 12 | (utf8[at + 1] & 0x3F) << 6 | utf8[at + 2] & 0x3F, 4);
    }
  }

  private static void hex(ByteOutput out, char letter, int value, int digits) {
    out.write(letter);
    for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) {
      out.write(HEX[value >> shift & 0xF]);
    }
  }
}
