package dev.rheo.storm.verify;

import dev.rheo.storm.result.Failure.Kind;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * An incremental JSON tokenizer (RFC 8259). Input may be split anywhere. Only names and short
 * strings that the subclass requests are buffered: a string of a megabyte is passed on in the
 * pieces in which it arrives.
 *
 * <p>Checks structure and string ends; of numbers and literals only the characters.
 */
abstract class JsonStream {
  /** What to do with a string value. */
  enum Want {
    SKIP,
    /** Pass at most {@link #MAX_TEXT} bytes of it to {@link #text}. */
    TEXT,
    /** Pass it to {@link #piece} as it arrives, then call {@link #pieceEnd}. */
    PIECES
  }

  static final int MAX_TEXT = 512;
  private static final int MAX_DEPTH = 64;

  private enum State {
    VALUE,
    FIRST_VALUE,
    FIRST_NAME,
    NAME,
    COLON,
    AFTER_VALUE,
    IN_NAME,
    IN_STRING,
    IN_LITERAL
  }

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGHS = 0x8080808080808080L;

  private State state = State.VALUE;
  private int depth;

  /** Bit by depth: whether the container is an array. */
  private long arrays;

  private Want want = Want.SKIP;
  private final byte[] text = new byte[MAX_TEXT];
  private int textLength;
  private boolean escaped;
  private int hexDigits;
  private int hex;
  private final byte[] one = new byte[1];

  /** A member's name, cut to {@link #MAX_TEXT} bytes. */
  abstract void name(byte[] bytes, int length);

  /** A string value begins; returns what to do with it. */
  abstract Want string();

  /** A string value that was requested as text. */
  abstract void text(byte[] bytes, int length) throws VerificationException;

  /** Bytes of a string value that was requested in pieces. */
  abstract void piece(byte[] bytes, int from, int to);

  abstract void pieceEnd();

  /** A container has begun; {@link #depth} includes it. */
  abstract void begun(boolean array) throws VerificationException;

  /** A container has ended; {@link #depth} no longer includes it. */
  abstract void ended() throws VerificationException;

  /** Describes the position in the response, for a {@link VerificationException}. */
  abstract String position();

  /** Returns the number of open containers. */
  final int depth() {
    return depth;
  }

  /** Returns whether all values that have begun have ended. */
  final boolean atRest() {
    return depth == 0 && state == State.VALUE;
  }

  final void feed(byte[] bytes, int from, int to) throws VerificationException {
    int at = from;
    while (at < to) {
      switch (state) {
        case IN_STRING, IN_NAME -> at = inString(bytes, at, to);
        case IN_LITERAL -> at = inLiteral(bytes, at, to);
        default -> {
          byte b = bytes[at++];
          if (b != ' ' && b != '\n' && b != '\t' && b != '\r') {
            structure(b);
          }
        }
      }
    }
  }

  private void structure(byte b) throws VerificationException {
    switch (state) {
      case VALUE -> value(b);
      case FIRST_VALUE -> {
        if (b == ']') {
          close(true);
        } else {
          value(b);
        }
      }
      case FIRST_NAME, NAME -> {
        if (b == '"') {
          state = State.IN_NAME;
          textLength = 0;
        } else if (b == '}' && state == State.FIRST_NAME) {
          close(false);
        } else {
          throw malformed(b);
        }
      }
      case COLON -> {
        if (b != ':') {
          throw malformed(b);
        }
        state = State.VALUE;
      }
      case AFTER_VALUE -> {
        boolean array = inArray();
        if (b == ',') {
          state = array ? State.VALUE : State.NAME;
        } else if (b == (array ? ']' : '}')) {
          close(array);
        } else {
          throw malformed(b);
        }
      }
      default -> throw new AssertionError(state);
    }
  }

  private void value(byte b) throws VerificationException {
    switch (b) {
      case '{', '[' -> {
        if (depth == MAX_DEPTH - 1) {
          throw new VerificationException(Kind.MALFORMED, position(), "JSON is nested too deeply");
        }
        boolean array = b == '[';
        depth++;
        arrays = array ? arrays | 1L << depth : arrays & ~(1L << depth);
        state = array ? State.FIRST_VALUE : State.FIRST_NAME;
        begun(array);
      }
      case '"' -> {
        textLength = 0;
        want = string();
        state = State.IN_STRING;
      }
      default -> {
        if (!isLiteral(b) || depth == 0) {
          throw malformed(b);
        }
        state = State.IN_LITERAL;
      }
    }
  }

  private void close(boolean array) throws VerificationException {
    if (inArray() != array) {
      throw malformed((byte) (array ? ']' : '}'));
    }
    depth--;
    state = depth == 0 ? State.VALUE : State.AFTER_VALUE;
    ended();
  }

  private boolean inArray() {
    return (arrays >>> depth & 1) != 0;
  }

  private int inLiteral(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to && isLiteral(bytes[at])) {
      at++;
    }
    if (at < to) {
      state = State.AFTER_VALUE;
    }
    return at;
  }

  private static boolean isLiteral(byte b) {
    return b >= '0' && b <= '9'
        || b >= 'a' && b <= 'z'
        || b == '-'
        || b == '+'
        || b == '.'
        || b == 'E';
  }

  private int inString(byte[] bytes, int from, int to) throws VerificationException {
    if (hexDigits > 0 || escaped) {
      escape(bytes[from]);
      return from + 1;
    }
    int end = stringEnd(bytes, from, to);
    take(bytes, from, end);
    if (end == to) {
      return to;
    }
    switch (bytes[end]) {
      case '"' -> {
        if (state == State.IN_NAME) {
          state = State.COLON;
          name(text, textLength);
        } else {
          state = depth == 0 ? State.VALUE : State.AFTER_VALUE;
          switch (want) {
            case TEXT -> text(text, textLength);
            case PIECES -> pieceEnd();
            case SKIP -> {}
          }
        }
      }
      case '\\' -> escaped = true;
      default -> throw malformed(bytes[end]);
    }
    return end + 1;
  }

  private void escape(byte b) throws VerificationException {
    if (hexDigits > 0) {
      int digit = Character.digit(b, 16);
      if (digit < 0) {
        throw malformed(b);
      }
      hex = hex << 4 | digit;
      if (--hexDigits == 0) {
        // All strings that are compared are ASCII, so no other character is decoded.
        takeOne(hex < 0x80 ? (byte) hex : (byte) '?');
      }
      return;
    }
    escaped = false;
    switch (b) {
      case 'u' -> {
        hexDigits = 4;
        hex = 0;
      }
      case '"', '\\', '/' -> takeOne(b);
      case 'b' -> takeOne((byte) '\b');
      case 'f' -> takeOne((byte) '\f');
      case 'n' -> takeOne((byte) '\n');
      case 'r' -> takeOne((byte) '\r');
      case 't' -> takeOne((byte) '\t');
      default -> throw malformed(b);
    }
  }

  private void takeOne(byte b) {
    one[0] = b;
    take(one, 0, 1);
  }

  private void take(byte[] bytes, int from, int to) {
    if (state == State.IN_NAME || want == Want.TEXT) {
      int length = Math.min(to - from, MAX_TEXT - textLength);
      System.arraycopy(bytes, from, text, textLength, length);
      textLength += length;
    } else if (want == Want.PIECES && to > from) {
      piece(bytes, from, to);
    }
  }

  /** Returns the index of the next quote, backslash or control character, or {@code to}. */
  private static int stringEnd(byte[] bytes, int from, int to) {
    int at = from;
    for (; at <= to - Long.BYTES; at += Long.BYTES) {
      long word = (long) LONGS.get(bytes, at);
      long quote = word ^ ONES * '"';
      long backslash = word ^ ONES * '\\';
      long found =
          (((quote - ONES) & ~quote)
                  | ((backslash - ONES) & ~backslash)
                  | ((word - ONES * ' ') & ~word))
              & HIGHS;
      if (found != 0) {
        return at + (Long.numberOfTrailingZeros(found) >>> 3);
      }
    }
    while (at < to && bytes[at] != '"' && bytes[at] != '\\' && (bytes[at] & 0xff) >= ' ') {
      at++;
    }
    return at;
  }

  private VerificationException malformed(byte b) {
    return new VerificationException(
        Kind.MALFORMED,
        position(),
        b > ' ' && b < 0x7f
            ? "no JSON: '%c' is out of place".formatted((char) b)
            : "no JSON: byte %d is out of place".formatted(b & 0xff));
  }
}
