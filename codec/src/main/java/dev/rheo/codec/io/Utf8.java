package dev.rheo.codec.io;

/** What is well-formed UTF-8 (Unicode, table 3-7). */
public final class Utf8 {
  private Utf8() {}

  /** The length of the character beyond ASCII that begins here; 0 if it is not well-formed. */
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
