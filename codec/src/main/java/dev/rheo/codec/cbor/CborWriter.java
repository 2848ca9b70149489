package dev.rheo.codec.cbor;

import dev.rheo.codec.cbor.BytesFields.Field;
import dev.rheo.codec.io.ByteOutput;
import dev.rheo.codec.io.JsonScanner;
import dev.rheo.codec.value.Base64Text;
import org.jspecify.annotations.Nullable;

/**
 * Converts JSON to CBOR in one pass. Strings become byte strings, as in upstream, whose decoder
 * accepts a byte string for a Go string or {@code []byte}, but a text string only for a string.
 * Containers of fewer than 24 elements have definite length, larger ones indefinite length.
 */
final class CborWriter {

  private final JsonScanner in;
  private final ByteOutput out;

  CborWriter(JsonScanner in, ByteOutput out) {
    this.in = in;
    this.out = out;
  }

  /** Writes an initial byte with its argument. */
  static void head(ByteOutput out, int major, long argument) {
    if (argument < Cbor.IN_PLACE) {
      out.write(major | (int) argument);
    } else if (argument < 1 << Byte.SIZE) {
      out.write(major | Cbor.ONE_BYTE);
      out.write((int) argument);
    } else if (argument < 1 << Short.SIZE) {
      out.write(major | Cbor.TWO_BYTES);
      bigEndian(out, argument, Short.BYTES);
    } else if (argument < 1L << Integer.SIZE) {
      out.write(major | Cbor.FOUR_BYTES);
      bigEndian(out, argument, Integer.BYTES);
    } else {
      out.write(major | Cbor.EIGHT_BYTES);
      bigEndian(out, argument, Long.BYTES);
    }
  }

  private static int headSize(int argument) {
    if (argument < Cbor.IN_PLACE) {
      return 1;
    }
    return argument < 1 << Byte.SIZE ? 2 : argument < 1 << Short.SIZE ? 3 : 5;
  }

  private static void bigEndian(ByteOutput out, long value, int bytes) {
    for (int shift = (bytes - 1) * Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
      out.write((int) (value >>> shift));
    }
  }

  /** Writes a string that is known to be ASCII. */
  static void ascii(ByteOutput out, String text) {
    head(out, Cbor.BYTES, text.length());
    out.ascii(text);
  }

  /**
   * Writes the members that follow, and consumes the closing brace.
   *
   * @return the number of members
   */
  int members(BytesFields type) {
    int count = 0;
    if (in.consume('}')) {
      return count;
    }
    do {
      count++;
      in.string();
      Field field = type.isEmpty() ? null : find(type);
      string();
      in.expect(':');
      if (field == null) {
        value(BytesFields.of(null));
      } else if (field.each()) {
        each(field);
      } else {
        one(field);
      }
    } while (in.more('}'));
    return count;
  }

  private @Nullable Field find(BytesFields type) {
    for (Field field : type.fields()) {
      if (in.stringIs(field.name())) {
        return field;
      }
    }
    return null;
  }

  private void one(Field field) {
    if (field.isBytes() && in.peek() == '"') {
      bytes();
    } else {
      value(BytesFields.of(field.type()));
    }
  }

  /** Writes a list or map of bytes, or of objects that hold bytes. */
  private void each(Field field) {
    int c = in.peek();
    if (c != '{' && c != '[') {
      value(BytesFields.of(null));
      return;
    }
    in.expect((char) c);
    char close = c == '{' ? '}' : ']';
    int start = out.claim(1);
    int count = 0;
    if (!in.consume(close)) {
      do {
        count++;
        if (c == '{') {
          in.string();
          string();
          in.expect(':');
        }
        one(field);
      } while (in.more(close));
    }
    close(start, c == '{' ? Cbor.MAP : Cbor.ARRAY, count);
  }

  private void value(BytesFields type) {
    switch (in.peek()) {
      case '"' -> {
        in.string();
        string();
      }
      case '{' -> {
        in.expect('{');
        int start = out.claim(1);
        close(start, Cbor.MAP, members(type));
      }
      case '[' -> {
        in.expect('[');
        int start = out.claim(1);
        close(start, Cbor.ARRAY, elements());
      }
      case 't' -> {
        in.literal("true");
        out.write(Cbor.TRUE);
      }
      case 'f' -> {
        in.literal("false");
        out.write(Cbor.FALSE);
      }
      case 'n' -> {
        in.literal("null");
        out.write(Cbor.NULL);
      }
      default -> number();
    }
  }

  private int elements() {
    int count = 0;
    if (in.consume(']')) {
      return count;
    }
    do {
      count++;
      value(BytesFields.of(null));
    } while (in.more(']'));
    return count;
  }

  private void close(int start, int major, int count) {
    if (count < Cbor.IN_PLACE) {
      out.array()[start] = (byte) (major | count);
    } else {
      out.array()[start] = (byte) (major | Cbor.INDEFINITE);
      out.write(Cbor.BREAK);
    }
  }

  /** Writes the string that was just scanned. */
  private void string() {
    int length = in.stringEnd() - in.stringStart();
    if (!in.escaped()) {
      head(out, Cbor.BYTES, length);
      out.write(in.bytes(), in.stringStart(), length);
      return;
    }
    // Unescaping shortens the string by an amount that is known only at its end.
    int start = out.size();
    int room = headSize(length);
    out.claim(room + length);
    int unescaped = in.unescape(out.array(), start + room) - start - room;
    int needed = headSize(unescaped);
    if (needed < room) {
      System.arraycopy(out.array(), start + room, out.array(), start + needed, unescaped);
    }
    out.truncate(start);
    head(out, Cbor.BYTES, unescaped);
    out.claim(unescaped);
  }

  /** Writes base64 as bytes, tagged to become base64 again; other text as a string. */
  private void bytes() {
    in.string();
    int from = in.stringStart();
    int to = in.stringEnd();
    int length = Base64Text.decodedLength(in.bytes(), from, to);
    if (length >= 0) {
      int start = out.size();
      out.write(Cbor.TAG | Cbor.TAG_BASE64);
      head(out, Cbor.BYTES, length);
      int at = out.claim(length);
      if (Base64Text.decodeCanonical(in.bytes(), from, to, out.array(), at)) {
        return;
      }
      out.truncate(start);
    }
    string();
  }

  private void number() {
    if (in.number()) {
      try {
        integer(in.integer());
        return;
      } catch (ArithmeticException e) { // more than 64 bits: a float, as in upstream
        floating(Double.parseDouble(in.text()));
        return;
      }
    }
    floating(Double.parseDouble(in.text()));
  }

  private void integer(long value) {
    if (value >= 0) {
      head(out, Cbor.UNSIGNED, value);
    } else {
      head(out, Cbor.NEGATIVE, -1 - value);
    }
  }

  /** Writes a float in the smallest width that keeps the value. */
  private void floating(double value) {
    float single = (float) value;
    if (single != value) {
      out.write(Cbor.FLOAT64);
      bigEndian(out, Double.doubleToRawLongBits(value), Long.BYTES);
      return;
    }
    short half = Float.floatToFloat16(single);
    if (Float.float16ToFloat(half) == single) {
      out.write(Cbor.FLOAT16);
      bigEndian(out, half, Short.BYTES);
    } else {
      out.write(Cbor.FLOAT32);
      bigEndian(out, Float.floatToRawIntBits(single), Integer.BYTES);
    }
  }
}
