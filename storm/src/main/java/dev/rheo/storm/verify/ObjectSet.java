package dev.rheo.storm.verify;

import dev.rheo.storm.result.StormSettings.Accept;
import dev.rheo.storm.result.StormSettings.ResourceKind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.zip.CRC32C;

/**
 * The names and contents of a storm's objects. Contents are generated from a seed, so that none
 * need be kept.
 *
 * <p>Object {@code i} is named {@code storm-} and seven digits, so that names sort like numbers.
 * Its data has one key, {@value #KEY}, with random base64 text: in a Secret this encodes bytes, in
 * a ConfigMap it is the value itself.
 *
 * @param kind Secrets or ConfigMaps
 * @param count number of objects, at most {@value #MAX_COUNT}
 * @param textLength payload bytes in JSON; a multiple of four
 * @param seed seed of the contents
 */
public record ObjectSet(ResourceKind kind, int count, int textLength, long seed) {

  public static final String KEY = "payload";
  public static final int MAX_COUNT = 9_999_999;

  static final String PREFIX = "storm-";
  private static final int DIGITS = 7;

  public ObjectSet {
    if (count < 1 || count > MAX_COUNT || textLength < 4 || textLength % 4 != 0) {
      throw new IllegalArgumentException(count + " objects of " + textLength + " bytes");
    }
  }

  /** Returns the plural resource name, as in paths. */
  public String resource() {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  public static String name(int index) {
    return PREFIX + String.format(Locale.ROOT, "%0" + DIGITS + "d", index);
  }

  /** Returns the index of the object with this name, or -1 if it is not in this set. */
  int index(byte[] name, int length) {
    if (length != PREFIX.length() + DIGITS) {
      return -1;
    }
    for (int i = 0; i < PREFIX.length(); i++) {
      if (name[i] != PREFIX.charAt(i)) {
        return -1;
      }
    }
    int index = 0;
    for (int i = PREFIX.length(); i < length; i++) {
      int digit = name[i] - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      index = index * 10 + digit;
    }
    return index < count ? index : -1;
  }

  /** Returns the payload of a version of an object, as base64 text. */
  public byte[] text(int index, int version) {
    return Base64.getEncoder().encode(bytes(index, version));
  }

  private byte[] bytes(int index, int version) {
    byte[] bytes = new byte[textLength / 4 * 3];
    ByteBuffer out = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    long state = Mix.of(Mix.of(seed, index), version);
    while (out.remaining() >= Long.BYTES) {
      state += Mix.GOLDEN;
      out.putLong(Mix.of(state, 0));
    }
    for (long last = Mix.of(state, 1); out.hasRemaining(); last >>>= Byte.SIZE) {
      out.put((byte) last);
    }
    return bytes;
  }

  /** Returns the CRC-32C of the payload as a reader of this format receives it. */
  public int hash(byte[] text, Accept accept) {
    CRC32C crc = new CRC32C();
    // Protobuf carries a Secret's raw bytes instead of base64.
    crc.update(
        accept == Accept.PROTOBUF && kind == ResourceKind.SECRETS
            ? Base64.getDecoder().decode(text)
            : text);
    return (int) crc.getValue();
  }

  /** Returns the object as JSON, as sent to create or replace it. */
  public byte[] json(int index, byte[] text) {
    String head =
        switch (kind) {
          case SECRETS -> "\"Secret\",\"type\":\"Opaque\"";
          case CONFIGMAPS -> "\"ConfigMap\"";
        };
    byte[] before =
        ("{\"apiVersion\":\"v1\",\"kind\":"
                + head
                + ",\"metadata\":{\"name\":\""
                + name(index)
                + "\"},\"data\":{\""
                + KEY
                + "\":\"")
            .getBytes(StandardCharsets.US_ASCII);
    byte[] after = "\"}}".getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocate(before.length + text.length + after.length)
        .put(before)
        .put(text)
        .put(after)
        .array();
  }
}
