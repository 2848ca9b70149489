package dev.rheo.codec.io;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A cursor over JSON text in a byte array. The scanner knows the tokens, its caller the grammar. It
 * scans strings eight bytes at a time and copies them only on request, so skipping a large value is
 * cheap.
 *
 * <pre>
 * JsonScanner in = new JsonScanner(bytes);
 * in.expect('{');
 * if (!in.consume('}')) {
 *   do {
 *     in.string();                     // the key: stringIs(…) or text()
 *     in.expect(':');
 *     in.skipValue();
 *   } while (in.more('}'));
 * }
 * in.end();
 * </pre>
 *
 * <p>For any input, methods return or throw {@link JsonException}; {@link #integer} may also throw
 * ArithmeticException. Not thread-safe.
 */
public final class JsonScanner {
  private static final int END = -1;
  private static final long BRACES_OPEN = Swar.ONES * '{';
  private static final long BRACES_CLOSE = Swar.ONES * '}';

  /** Setting bit 5 makes '[' a '{' and ']' a '}'. */
  private static final long BIT_FIVE = Swar.ONES * 0x20;

  private static final long QUOTES = Swar.ONES * '"';

  private final byte[] bytes;
  private final int end;
  private int at;

  // The last string or number: the bounds of its content, without quotes.
  private int stringStart;
  private int stringEnd;
  private boolean escaped;
  private boolean nonAscii;

  public JsonScanner(byte[] bytes) {
    this(bytes, 0, bytes.length);
  }

  public JsonScanner(byte[] bytes, int from, int to) {
    this.bytes = bytes;
    this.at = from;
    this.end = to;
  }

  /** The array that is scanned. */
  public byte[] bytes() {
    return bytes;
  }

  public int position() {
    return at;
  }

  /** Moves the cursor to a position at which a token begins. */
  public void seek(int position) {
    at = position;
  }

  /** The first byte of the next token, which is not consumed; -1 at the end. */
  public int peek() {
    while (at < end) {
      int c = bytes[at];
      if (c > ' ') {
        return c;
      }
      if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
        return c & 0xff;
      }
      at++;
    }
    return END;
  }

  /** Consumes the next token if it is {@code token}. */
  public boolean consume(char token) {
    if (peek() != token) {
      return false;
    }
    at++;
    return true;
  }

  /** Consumes the next token, which must be {@code token}. */
  public void expect(char token) {
    if (!consume(token)) {
      throw unexpected(
          switch (token) {
            case '{', '[' -> "looking for beginning of value";
            case ':' -> "after object key";
            case '"' -> "looking for beginning of object key string";
            default -> "where '" + token + "' is expected";
          });
    }
  }

  /** Consumes what follows an element: true for a comma, false for the closing bracket. */
  public boolean more(char close) {
    int c = peek();
    if (c == ',') {
      at++;
      return true;
    }
    if (c == close) {
      at++;
      return false;
    }
    throw unexpected(close == '}' ? "after object key:value pair" : "after array element");
  }

  /** Checks that only white space follows. */
  public void end() {
    if (peek() != END) {
      throw unexpected("after top-level value");
    }
  }

  /** Consumes a literal such as {@code true}. */
  public void literal(String word) {
    for (int i = 0; i < word.length(); i++) {
      if (at == end) {
        throw endOfInput();
      }
      if (bytes[at] != word.charAt(i)) {
        throw unexpected(
            i == 0
                ? "looking for beginning of value"
                : "in literal " + word + " (expecting '" + word.charAt(i) + "')");
      }
      at++;
    }
  }

  /** Consumes {@code null} if it is next. */
  public boolean consumeNull() {
    if (peek() != 'n') {
      return false;
    }
    literal("null");
    return true;
  }

  /** Consumes a string. The accessors refer to it until the next string or number is read. */
  public void string() {
    expect('"');
    escaped = false;
    long high = 0;
    byte[] b = bytes;
    int i = at;
    stringStart = i;
    while (true) {
      while (i <= end - Long.BYTES) {
        long word = Swar.at(b, i);
        long ends = Swar.stringEnds(word);
        if (ends != 0) {
          int n = Swar.first(ends);
          high |= word & ((1L << (n << 3)) - 1);
          i += n;
          break;
        }
        high |= word;
        i += Long.BYTES;
      }
      while (i < end && b[i] != '"' && b[i] != '\\' && (b[i] >= ' ' || b[i] < 0)) {
        high |= b[i] & 0x80;
        i++;
      }
      if (i >= end) {
        throw endOfInput();
      }
      int c = b[i];
      if (c == '"') {
        break;
      }
      if (c != '\\') {
        at = i;
        throw unexpected("in string literal");
      }
      escaped = true;
      i = skipEscape(i);
    }
    nonAscii = (high & Swar.HIGHS) != 0;
    stringEnd = i;
    at = i + 1;
  }

  private int skipEscape(int backslash) {
    int i = backslash + 1;
    if (i >= end) {
      throw endOfInput();
    }
    switch (bytes[i]) {
      case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> {
        return i + 1;
      }
      case 'u' -> {
        for (int k = 1; k <= 4; k++) {
          if (i + k >= end) {
            throw endOfInput();
          }
          if (!HexFormat.isHexDigit(bytes[i + k] & 0xff)) {
            at = i + k;
            throw unexpected("in \\u hexadecimal character escape");
          }
        }
        return i + 5;
      }
      default -> {
        at = i;
        throw unexpected("in string escape code");
      }
    }
  }

  /** Offset of the last string's content, after the opening quote. */
  public int stringStart() {
    return stringStart;
  }

  /** End of the last string's content, at the closing quote. */
  public int stringEnd() {
    return stringEnd;
  }

  /** Whether the last string is ASCII without escapes, so that its bytes are its characters. */
  public boolean plain() {
    return !escaped && !nonAscii;
  }

  /** Whether the last string has escapes. */
  public boolean escaped() {
    return escaped;
  }

  /** Whether the last string equals this ASCII text and is written without escapes. */
  public boolean stringIs(byte[] ascii) {
    return Arrays.equals(bytes, stringStart, stringEnd, ascii, 0, ascii.length);
  }

  /** The last string. Invalid UTF-8 and lone surrogates become U+FFFD. */
  public String text() {
    if (plain()) {
      return new String(bytes, stringStart, stringEnd - stringStart, StandardCharsets.ISO_8859_1);
    }
    if (!escaped) {
      return new String(bytes, stringStart, stringEnd - stringStart, StandardCharsets.UTF_8);
    }
    byte[] utf8 = new byte[stringEnd - stringStart];
    int length = unescape(utf8, 0);
    return new String(utf8, 0, length, StandardCharsets.UTF_8);
  }

  /**
   * Writes the last string in UTF-8, without escapes.
   *
   * @param to must have room for {@code stringEnd() - stringStart()} bytes from {@code offset} on:
   *     unescaping never makes a string longer
   * @return one past the last byte that was written
   */
  public int unescape(byte[] to, int offset) {
    int n = offset;
    int i = stringStart;
    while (i < stringEnd) {
      byte c = bytes[i++];
      if (c != '\\') {
        to[n++] = c;
        continue;
      }
      byte code = bytes[i++];
      switch (code) {
        case 'b' -> to[n++] = '\b';
        case 'f' -> to[n++] = '\f';
        case 'n' -> to[n++] = '\n';
        case 'r' -> to[n++] = '\r';
        case 't' -> to[n++] = '\t';
        case 'u' -> {
          int point = hex4(i);
          i += 4;
          if (Character.isHighSurrogate((char) point)
              && i + 6 <= stringEnd
              && bytes[i] == '\\'
              && bytes[i + 1] == 'u'
              && Character.isLowSurrogate((char) hex4(i + 2))) {
            point = Character.toCodePoint((char) point, (char) hex4(i + 2));
            i += 6;
          } else if (Character.isSurrogate((char) point)) {
            point = 0xFFFD;
          }
          n = utf8(point, to, n);
        }
        default -> to[n++] = code;
      }
    }
    return n;
  }

  private int hex4(int from) {
    int value = 0;
    for (int i = from; i < from + 4; i++) {
      value = value << 4 | HexFormat.fromHexDigit(bytes[i]);
    }
    return value;
  }

  private static int utf8(int point, byte[] to, int n) {
    if (point < 0x80) {
      to[n++] = (byte) point;
    } else if (point < 0x800) {
      to[n++] = (byte) (0xC0 | point >> 6);
      to[n++] = (byte) (0x80 | point & 0x3F);
    } else if (point < 0x10000) {
      to[n++] = (byte) (0xE0 | point >> 12);
      to[n++] = (byte) (0x80 | point >> 6 & 0x3F);
      to[n++] = (byte) (0x80 | point & 0x3F);
    } else {
      to[n++] = (byte) (0xF0 | point >> 18);
      to[n++] = (byte) (0x80 | point >> 12 & 0x3F);
      to[n++] = (byte) (0x80 | point >> 6 & 0x3F);
      to[n++] = (byte) (0x80 | point & 0x3F);
    }
    return n;
  }

  /**
   * Consumes a number, whose text is then between {@link #stringStart()} and {@link #stringEnd()}.
   *
   * @return whether the number is written as an integer, without fraction and exponent
   */
  public boolean number() {
    peek();
    int start = at;
    if (at < end && bytes[at] == '-') {
      at++;
    }
    if (at < end && bytes[at] == '0') {
      at++;
    } else {
      digits(at == start ? "looking for beginning of value" : "in numeric literal");
    }
    boolean integer = true;
    if (at < end && bytes[at] == '.') {
      integer = false;
      at++;
      digits("after decimal point in numeric literal");
    }
    if (at < end && (bytes[at] | 0x20) == 'e') {
      integer = false;
      at++;
      if (at < end && (bytes[at] == '+' || bytes[at] == '-')) {
        at++;
      }
      digits("in exponent of numeric literal");
    }
    stringStart = start;
    stringEnd = at;
    escaped = false;
    nonAscii = false;
    return integer;
  }

  private void digits(String where) {
    int from = at;
    while (at < end && bytes[at] >= '0' && bytes[at] <= '9') {
      at++;
    }
    if (at == from) {
      throw unexpected(where);
    }
  }

  /**
   * The value of the last number, which must be written as an integer.
   *
   * @throws ArithmeticException if the value does not fit into 64 bits
   */
  public long integer() {
    int i = stringStart;
    boolean negative = bytes[i] == '-';
    if (negative) {
      i++;
    }
    long value = 0; // negated, because Long.MIN_VALUE has no positive counterpart
    for (; i < stringEnd; i++) {
      value = Math.subtractExact(Math.multiplyExact(value, 10L), bytes[i] - '0');
    }
    return negative ? value : Math.negateExact(value);
  }

  /**
   * Skips one value without validating it: brackets are counted, not matched, and numbers and
   * literals are not checked. For text that was validated before.
   */
  public void skipValue() {
    switch (peek()) {
      case '"' -> skipString();
      case '{', '[' -> skipContainer();
      case ',', ':', '}', ']', END -> throw unexpected("looking for beginning of value");
      default -> {
        while (at < end && !endsScalar(bytes[at])) {
          at++;
        }
      }
    }
  }

  private static boolean endsScalar(byte c) {
    return switch (c) {
      case ',', '}', ']', ':', ' ', '\n', '\r', '\t', '"' -> true;
      default -> false;
    };
  }

  private void skipString() {
    byte[] b = bytes;
    int i = at + 1;
    while (true) {
      while (i <= end - Long.BYTES) {
        long ends = Swar.stringEnds(Swar.at(b, i));
        if (ends != 0) {
          i += Swar.first(ends);
          break;
        }
        i += Long.BYTES;
      }
      while (i < end && b[i] != '"' && b[i] != '\\') {
        i++;
      }
      if (i >= end) {
        throw endOfInput();
      }
      if (b[i] == '"') {
        at = i + 1;
        return;
      }
      i += 2;
    }
  }

  private void skipContainer() {
    byte[] b = bytes;
    int depth = 0;
    while (at < end) {
      if (at <= end - Long.BYTES) {
        long word = Swar.at(b, at);
        long brackets = word | BIT_FIVE;
        long marks =
            Swar.equal(word, QUOTES)
                | Swar.equal(brackets, BRACES_OPEN)
                | Swar.equal(brackets, BRACES_CLOSE);
        if (marks == 0) {
          at += Long.BYTES;
          continue;
        }
        at += Swar.first(marks);
      }
      switch (b[at]) {
        case '"' -> skipString();
        case '{', '[' -> {
          depth++;
          at++;
        }
        case '}', ']' -> {
          at++;
          if (--depth == 0) {
            return;
          }
        }
        default -> at++;
      }
    }
    throw endOfInput();
  }

  /** An exception about the byte at the cursor, in the words of Go's decoder. */
  public JsonException unexpected(String where) {
    if (at >= end) {
      return endOfInput();
    }
    int c = bytes[at] & 0xff;
    String shown =
        c == '\''
            ? "'\\''"
            : c >= 0x20 && c < 0x7f
                ? "'" + (char) c + "'"
                : "'\\x" + HexFormat.of().toHexDigits((byte) c) + "'";
    return new JsonException("invalid character " + shown + " " + where + " at offset " + at);
  }

  private static JsonException endOfInput() {
    return new JsonException("unexpected end of JSON input");
  }
}
