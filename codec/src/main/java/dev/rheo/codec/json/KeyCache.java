package dev.rheo.codec.json;

import dev.rheo.codec.io.JsonScanner;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The keys that were read lately, so that the same key in a thousand objects is one string. Knows a
 * key by where its bytes stand in the input: comparing them makes no string.
 */
final class KeyCache {
  private static final int SLOTS = 64;

  private final @Nullable String[] keys = new String[SLOTS];
  private final int[] starts = new int[SLOTS];

  /** The key just scanned, which is plain, if it was read lately. */
  @Nullable String find(JsonScanner in) {
    int slot = slot(in);
    String key = keys[slot];
    int start = starts[slot];
    return key != null
            && Arrays.equals(
                in.bytes(),
                start,
                start + key.length(),
                in.bytes(),
                in.stringStart(),
                in.stringEnd())
        ? key
        : null;
  }

  /** Remembers the key just scanned, which is plain. */
  void put(JsonScanner in, String key) {
    int slot = slot(in);
    keys[slot] = key;
    starts[slot] = in.stringStart();
  }

  private static int slot(JsonScanner in) {
    int start = in.stringStart();
    int end = in.stringEnd();
    if (start == end) {
      return 0;
    }
    byte[] bytes = in.bytes();
    int hash = ((end - start) * 31 + bytes[start]) * 31 + bytes[end - 1];
    hash = hash * 31 + bytes[(start + end) >>> 1];
    return (hash ^ hash >>> 6) & (SLOTS - 1);
  }
}
