package dev.rheo.cache;

import dev.rheo.api.select.LabelSource;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The labels of an object, in one array: a million objects may have labels of their own, and
 * strings would take three times as much. Immutable, and shared by objects with equal labels.
 */
public final class LabelSet implements LabelSource {
  static final LabelSet EMPTY = new LabelSet(new byte[0]);

  /** A longer text has this in place of its length, and its length in the four bytes behind. */
  private static final int LONG = 255;

  /** Key, value, key, value, ...: UTF-8, each behind its length. */
  private final byte[] packed;

  private LabelSet(byte[] packed) {
    this.packed = packed;
  }

  /**
   * @param pairs key, value, key, value, ...
   */
  static LabelSet of(List<String> pairs) {
    if (pairs.isEmpty()) {
      return EMPTY;
    }
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    for (String text : pairs) {
      byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
      packed.write(Math.min(LONG, utf8.length));
      if (utf8.length >= LONG) {
        packed.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(utf8.length).array());
      }
      packed.writeBytes(utf8);
    }
    return ofPacked(packed.toByteArray());
  }

  /**
   * @param packed what {@link #packed} returned
   */
  static LabelSet ofPacked(byte[] packed) {
    return packed.length == 0 ? EMPTY : new LabelSet(packed);
  }

  /** Not to be changed. */
  byte[] packed() {
    return packed;
  }

  /** The label's value, or null if the object does not have it. */
  @Override
  public @Nullable String get(String key) {
    int at = 0;
    while (at < packed.length) {
      int keyAt = textAt(at);
      int keyEnd = keyAt + length(at);
      int valueAt = textAt(keyEnd);
      int length = length(keyEnd);
      if (isText(keyAt, keyEnd, key)) {
        return new String(packed, valueAt, length, StandardCharsets.UTF_8);
      }
      at = valueAt + length;
    }
    return null;
  }

  private int textAt(int at) {
    return at + (Byte.toUnsignedInt(packed[at]) == LONG ? 1 + Integer.BYTES : 1);
  }

  private int length(int at) {
    int length = Byte.toUnsignedInt(packed[at]);
    return length == LONG ? ByteBuffer.wrap(packed).getInt(at + 1) : length;
  }

  private boolean isText(int from, int to, String text) {
    int length = text.length();
    int i = 0;
    while (i < length && from + i < to && packed[from + i] == text.charAt(i)) {
      i++;
    }
    if (from + i < to && packed[from + i] < 0) {
      // Keys are ASCII where the server has validated them, but the store may hold others.
      return new String(packed, from, to - from, StandardCharsets.UTF_8).equals(text);
    }
    return i == length && from + i == to;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof LabelSet that && Arrays.equals(packed, that.packed);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(packed);
  }

  @Override
  public String toString() {
    return new String(packed, StandardCharsets.UTF_8);
  }
}
