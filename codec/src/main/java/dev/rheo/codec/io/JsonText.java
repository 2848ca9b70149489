package dev.rheo.codec.io;

import java.nio.charset.StandardCharsets;

/**
 * Writes JSON strings with the HTML-safe escapes of Go's encoding/json: {@code < > &} and the line
 * separators U+2028 and U+2029 take six characters; invalid UTF-8 becomes {@code \}{@code ufffd}.
 */
public final class JsonText {
  /** Shortest text for which checking eight bytes at a time is worth a copy, in characters. */
  private static final int LONG_TEXT = 64;

  /** Characters of a long text that are converted to UTF-8 at a time. */
  private static final int CHUNK = 8192;

  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.ISO_8859_1);
  private static final String REPLACEMENT = "\\ufffd";

  /** Whether an ASCII character needs no escape. */
  private static final boolean[] PLAIN = new boolean[128];

  static {
    for (int c = ' '; c < PLAIN.length; c++) {
      PLAIN[c] = c != '"' && c != '\\' && c != '<' && c != '>' && c != '&';
    }
  }

  private JsonText() {}

  /** Writes a string with its quotes. */
  public static void write(ByteOutput out, String text) {
    int length = text.length();
    if (length >= LONG_TEXT) {
      out.reserve(length + 2);
      out.write('"');
      for (int from = 0; from < length; ) {
        int to = chunkEnd(text, from);
        byte[] utf8 = text.substring(from, to).getBytes(StandardCharsets.UTF_8);
        content(out, utf8, 0, utf8.length);
        from = to;
      }
      out.write('"');
      return;
    }
    int start = out.claim(length + 2);
    byte[] array = out.array();
    int at = start;
    array[at++] = '"';
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (c >= 128 || !PLAIN[c]) {
        out.truncate(start);
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        write(out, utf8, 0, utf8.length);
        return;
      }
      array[at++] = (byte) c;
    }
    array[at] = '"';
  }

  /** The end of the chunk that begins at {@code from}; never splits a surrogate pair. */
  private static int chunkEnd(String text, int from) {
    int to = Math.min(from + CHUNK, text.length());
    return to < text.length() && Character.isHighSurrogate(text.charAt(to - 1)) ? to - 1 : to;
  }

  /** Writes a string, given as UTF-8, with its quotes. */
  public static void write(ByteOutput out, byte[] utf8, int from, int to) {
    out.reserve(to - from + 2);
    out.write('"');
    content(out, utf8, from, to);
    out.write('"');
  }

  private static void content(ByteOutput out, byte[] utf8, int from, int to) {
    int copied = from;
    int i = from;
    while (i < to) {
      if (i <= to - Long.BYTES) {
        long marks = Swar.jsonEscapes(Swar.at(utf8, i));
        if (marks == 0) {
          i += Long.BYTES;
          continue;
        }
        i += Swar.first(marks);
      }
      int c = utf8[i];
      if (c >= 0 && PLAIN[c]) {
        i++;
        continue;
      }
      int length = c >= 0 ? 1 : Utf8.sequence(utf8, i, to);
      if (c >= 0 || length == 0 || isLineSeparator(utf8, i, length)) {
        out.write(utf8, copied, i - copied);
        escape(out, utf8, i, length);
        copied = i + Math.max(length, 1);
      }
      i += Math.max(length, 1);
    }
    out.write(utf8, copied, to - copied);
  }

  private static boolean isLineSeparator(byte[] utf8, int at, int length) {
    return length == 3
        && utf8[at] == (byte) 0xE2
        && utf8[at + 1] == (byte) 0x80
        && (utf8[at + 2] & 0xFE) == 0xA8;
  }

  private static void escape(ByteOutput out, byte[] utf8, int at, int length) {
    int c = utf8[at];
    if (length == 0) {
      out.ascii(REPLACEMENT);
      return;
    }
    if (length == 3) {
      out.ascii((utf8[at + 2] & 1) == 0 ? "\\u2028" : "\\u2029");
      return;
    }
    out.write('\\');
    switch (c) {
      case '"', '\\' -> out.write(c);
      case '\b' -> out.write('b');
      case '\f' -> out.write('f');
      case '\n' -> out.write('n');
      case '\r' -> out.write('r');
      case '\t' -> out.write('t');
      default -> {
        out.ascii("u00");
        out.write(HEX[c >> 4]);
        out.write(HEX[c & 15]);
      }
    }
  }
}
