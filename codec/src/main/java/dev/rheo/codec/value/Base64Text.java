package dev.rheo.codec.value;

import dev.rheo.codec.io.Meter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Bytes in JSON: standard base64 with padding, as Go's encoding/base64 reads and writes it. */
public final class Base64Text {
  private static final byte INVALID = -1;

  /**
   * Bytes of text per call of the JDK's codec. The JIT compiler replaces a private method of the
   * codec by vector code only after many calls, so a few large calls are ten times slower than many
   * small ones.
   */
  private static final int TEXT_CHUNK = 8192;

  private static final int DATA_CHUNK = TEXT_CHUNK / 4 * 3;

  /** The six bits of each character, {@link #INVALID} outside of the alphabet. */
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
        text.getBytes(StandardCharsets.ISO_8859_1); // maps others to '?', which is invalid
    if (isCanonical(bytes, 0, bytes.length)) {
      return text;
    }
    if (bytes.length >= Meter.Tally.STEP) {
      Meter.charge(5L * bytes.length); // two copies without line breaks, the data, the text twice
    }
    byte[] data = decode(bytes, 0, bytes.length);
    return encodeToString(data, 0, data.length);
  }

  /** Whether the bytes are base64 as this class writes it. */
  public static boolean isCanonical(byte[] bytes, int from, int to) {
    return decodedLength(bytes, from, to) >= 0 && decodeChunks(bytes, from, to, null, 0);
  }

  /** The decoded length if the text is canonical base64; -1 if it cannot be. */
  public static int decodedLength(byte[] text, int from, int to) {
    if ((to - from) % 4 != 0) {
      return -1;
    }
    int padding = to == from || text[to - 1] != '=' ? 0 : text[to - 2] != '=' ? 1 : 2;
    return (to - from) / 4 * 3 - padding;
  }

  /**
   * Decodes canonical base64 into an array that has room for {@link #decodedLength} bytes.
   *
   * @return whether the text was canonical; if not, the content of the array is undefined
   */
  public static boolean decodeCanonical(byte[] text, int from, int to, byte[] into, int at) {
    return decodeChunks(text, from, to, into, at);
  }

  private static boolean decodeChunks(
      byte[] text, int from, int to, byte @Nullable [] into, int at) {
    int length = to - from;
    if (length == 0) {
      return true;
    }
    int padding = text[to - 1] != '=' ? 0 : text[to - 2] != '=' ? 1 : 2;
    int unused = padding == 0 ? 0 : padding == 1 ? 0x03 : 0x0f;
    if ((BITS[text[to - padding - 1] & 0xff] & unused) != 0) {
      return false;
    }
    Base64.Decoder decoder = Base64.getDecoder();
    int out = at;
    try {
      for (int chunk = from; chunk < to; chunk += TEXT_CHUNK) {
        int size = Math.min(TEXT_CHUNK, to - chunk);
        ByteBuffer data = decoder.decode(ByteBuffer.wrap(text, chunk, size));
        if (data.remaining() != size / 4 * 3 - (chunk + size == to ? padding : 0)) {
          return false; // padding before the end
        }
        if (into != null) {
          System.arraycopy(data.array(), 0, into, out, data.remaining());
        }
        out += data.remaining();
      }
    } catch (IllegalArgumentException e) {
      return false;
    }
    return true;
  }

  /** Encodes into an array that has room for {@link #encodedLength} bytes. */
  public static void encode(byte[] data, int from, int to, byte[] into, int at) {
    Base64.Encoder encoder = Base64.getEncoder();
    int out = at;
    for (int chunk = from; chunk < to; chunk += DATA_CHUNK) {
      int size = Math.min(DATA_CHUNK, to - chunk);
      ByteBuffer text = encoder.encode(ByteBuffer.wrap(data, chunk, size));
      System.arraycopy(text.array(), 0, into, out, text.remaining());
      out += text.remaining();
    }
  }

  /** The length of the base64 text for a number of bytes. */
  public static int encodedLength(int bytes) {
    return Math.multiplyExact((bytes + 2) / 3, 4);
  }

  /** Encodes {@code data[from, to)}. */
  public static String encodeToString(byte[] data, int from, int to) {
    byte[] text = new byte[encodedLength(to - from)];
    encode(data, from, to, text, 0);
    return new String(text, StandardCharsets.ISO_8859_1);
  }

  /**
   * Decodes base64; skips line breaks and ignores unused bits.
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
