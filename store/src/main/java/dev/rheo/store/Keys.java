package dev.rheo.store;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;

/** The validity, order and encoding of keys, for engines. */
public final class Keys {
  static final int MAX_BYTES = 1024;

  /**
   * The order of the UTF-8 bytes, which is that of the code points. {@link String#compareTo}
   * differs from it, because it orders surrogates before U+E000 to U+FFFF.
   */
  public static final Comparator<String> ORDER = Keys::compare;

  private Keys() {}

  /**
   * The UTF-8 bytes of a valid key.
   *
   * @throws IllegalArgumentException if it is not valid
   */
  public static byte[] encode(String key) {
    byte[] bytes = utf8(key);
    if (bytes.length == 0) {
      throw new IllegalArgumentException("a key must not be empty");
    }
    if (bytes.length > MAX_BYTES) {
      throw new IllegalArgumentException(
          "the key has %d bytes, the most is %d: %.60s...".formatted(bytes.length, MAX_BYTES, key));
    }
    if (key.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("a key must not hold U+0000");
    }
    return bytes;
  }

  /**
   * The UTF-8 bytes of a range bound, which may be any string without unpaired surrogates: UTF-8
   * cannot encode them, so they have no place in the order.
   *
   * @throws IllegalArgumentException if it holds one
   */
  public static byte[] utf8(String text) {
    try {
      ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
      byte[] bytes = new byte[encoded.remaining()];
      encoded.get(bytes);
      return bytes;
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("not a valid key: it holds an unpaired surrogate", e);
    }
  }

  /**
   * Refuses operations that no state of the store could accept.
   *
   * @throws IllegalArgumentException saying why
   */
  public static void validate(List<RevisionStore.Op> operations) {
    HashSet<String> seen = HashSet.newHashSet(operations.size());
    for (RevisionStore.Op op : operations) {
      encode(op.key());
      if (op.expected() < RevisionStore.Op.ANY) {
        throw new IllegalArgumentException("not a revision: " + op.expected());
      }
      if (op instanceof RevisionStore.Op.Put put
          && (put.ttl().isNegative() || put.ttl().compareTo(RevisionStore.Op.LONGEST_LIFE) > 0)) {
        throw new IllegalArgumentException("not a time to live: " + put.ttl());
      }
      if (!seen.add(op.key())) {
        throw new IllegalArgumentException("the key occurs in two operations: " + op.key());
      }
    }
  }

  private static int compare(String a, String b) {
    int n = Math.min(a.length(), b.length());
    for (int i = 0; i < n; i++) {
      char x = a.charAt(i);
      char y = b.charAt(i);
      if (x != y) {
        return Character.compare(rank(x), rank(y));
      }
    }
    return Integer.compare(a.length(), b.length());
  }

  /** Ranks surrogates after all other chars, because they encode the highest code points. */
  private static char rank(char c) {
    if (c < Character.MIN_SURROGATE) {
      return c;
    }
    return (char) (c <= Character.MAX_SURROGATE ? c + 0x2000 : c - 0x800);
  }
}
