package dev.rheo.codec.io;

import java.nio.charset.StandardCharsets;

/** Checks for well-formed UTF-8 (Unicode, table 3-7), and decodes it. */
public final class Utf8 {
  /**
   * Scratch bytes that {@code new String} takes per byte of text beyond ASCII: an attempt with one
   * byte per character, then one with two, which is trimmed.
   */
  private static final long MISREAD = 3;

  private Utf8() {}

  /** Whether {@code length} bytes from {@code from} on are all ASCII. */
  public static boolean isAscii(byte[] bytes, int from, int length) {
    int end = from + length;
    int i = from;
    for (; i + Long.BYTES <= end; i += Long.BYTES) {
      if ((Swar.at(bytes, i) & Swar.HIGHS) != 0) {
        return false;
      }
    }
    for (; i < end; i++) {
      if (bytes[i] < 0) {
        return false;
      }
    }
    return true;
  }

  /** Decodes {@code length} bytes and charges the string. Invalid UTF-8 becomes U+FFFD. */
  public static String string(byte[] bytes, int from, int length, Meter.Tally tally) {
    if (isAscii(bytes, from, length)) {
      tally.add(Weights.latin1(length));
      return new String(bytes, from, length, StandardCharsets.ISO_8859_1);
    }
    tally.scratch(MISREAD * length);
    String text = new String(bytes, from, length, StandardCharsets.UTF_8);
    tally.add(Weights.string(text));
    return text;
  }

  /** The length of the non-ASCII character at {@code at}, in bytes; 0 if it is not well-formed. */
  public static int sequence(byte[] bytes, int at, int end) {
    int first = bytes[at] & 0xff;
    if (first < 0xC2 || first > 0xF4) {
      return 0;
    }
    int length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (at + length > end) {
      return 0;
    }
    int second = bytes[at + 1] & 0xff;
    int low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    int high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (second < low || second > high) {
      return 0;
    }
    for (int i = at + 2; i < at + length; i++) {
      if ((bytes[i] & 0xC0) != 0x80) {
        return 0;
      }
    }
    return length;
  }
}
