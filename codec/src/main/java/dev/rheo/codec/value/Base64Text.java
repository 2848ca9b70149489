package dev.rheo.codec.value;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/** Bytes in JSON: standard base64 with padding, as Go's encoding/base64 reads and writes it. */
public final class Base64Text {
  private static final byte INVALID = -1;

  /** The six bits of a character of the alphabet, or {@link #INVALID}. */
  private static final byte[] BITS = new byte[256];

  static {
    Arrays.fill(BITS, INVALID);
    String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (int i = 0; i < alphabet.length(); i++) {
      BITS[alphabet.charAt(i)] = (byte) i;
    }
  }

  private Base64Text() {}

  /**
   * The canonical spelling: no line breaks, unused bits zero. It is pure ASCII and needs no escapes
   * in JSON.
   *
   * @return the text itself if it is canonical
   * @throws IllegalArgumentException in upstream's words, if it is not base64
   */
  public static String canonical(String text) {
    byte[] bytes =
        text.getBytes(StandardCharsets.ISO_8859_1); // others become '?', which is invalid
    if (isCanonical(bytes, 0, bytes.length)) {
      return text;
    }
    return Base64.getEncoder().encodeToString(decode(bytes, 0, bytes.length));
  }

  /** Whether the bytes are base64 as this class would write it. */
  public static boolean isCanonical(byte[] bytes, int from, int to) {
    int length = to - from;
    if (length == 0) {
      return true;
    }
    if (length % 4 != 0) {
      return false;
    }
    int padding = bytes[to - 1] != '=' ? 0 : bytes[to - 2] != '=' ? 1 : 2;
    int end = to - padding;
    int seen = 0;
    for (int i = from; i < end; i++) {
      seen |= BITS[bytes[i] & 0xff];
    }
    int unused = padding == 0 ? 0 : padding == 1 ? 0x03 : 0x0f;
    return seen >= 0 && (BITS[bytes[end - 1] & 0xff] & unused) == 0;
  }

  /** How many bytes canonical base64 stands for. */
  public static int decodedLength(byte[] text, int from, int to) {
    int padding = to == from || text[to - 1] != '=' ? 0 : text[to - 2] != '=' ? 1 : 2;
    return (to - from) / 4 * 3 - padding;
  }

  /** Decodes canonical base64 into an array that has room for it. */
  public static void decodeCanonical(byte[] text, int from, int to, byte[] into, int at) {
    int out = at;
    int last = at + decodedLength(text, from, to);
    int i = from;
    for (; out + 3 <= last; i += 4) {
      int bits =
          BITS[text[i] & 0xff] << 18
              | BITS[text[i + 1] & 0xff] << 12
              | BITS[text[i + 2] & 0xff] << 6
              | BITS[text[i + 3] & 0xff];
      into[out++] = (byte) (bits >> 16);
      into[out++] = (byte) (bits >> 8);
      into[out++] = (byte) bits;
    }
    if (out < last) { // one or two bytes before the padding
      int bits = BITS[text[i] & 0xff] << 18 | BITS[text[i + 1] & 0xff] << 12;
      into[out++] = (byte) (bits >> 16);
      if (out < last) {
        into[out] = (byte) ((bits | BITS[text[i + 2] & 0xff] << 6) >> 8);
      }
    }
  }

  /**
   * Decodes; line breaks are skipped, unused bits ignored.
   *
   * @throws IllegalArgumentException in upstream's words, if it is not base64
   */
  public static byte[] decode(byte[] bytes, int from, int to) {
    byte[] text = new byte[to - from];
    int length = 0;
    for (int i = from; i < to; i++) {
      if (bytes[i] != '\r' && bytes[i] != '\n') {
        text[length++] = bytes[i];
      }
    }
    int padding = 0;
    while (padding < Math.min(2, length) && text[length - 1 - padding] == '=') {
      padding++;
    }
    for (int i = 0; i < length - padding; i++) {
      if (BITS[text[i] & 0xff] == INVALID) {
        throw illegal(i);
      }
    }
    if (length % 4 != 0) {
      throw illegal(length);
    }
    return Base64.getDecoder().decode(Arrays.copyOf(text, length));
  }

  private static IllegalArgumentException illegal(int at) {
    return new IllegalArgumentException("illegal base64 data at input byte " + at);
  }
}
