package dev.rheo.codec.json;

import dev.rheo.codec.io.JsonScanner;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Recently read keys, so that the same key in a thousand objects is one string. An entry refers to
 * the key's bytes in the input, so that a lookup allocates no string.
 */
final class KeyCache {
  private static final int SLOTS = 64;

  private final @Nullable String[] keys = new String[SLOTS];
  private final int[] starts = new int[SLOTS];

  /** The key that was just scanned, if it is cached. It must be {@link JsonScanner#plain}. */
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

  /** Caches the key that was just scanned. It must be {@link JsonScanner#plain}. */
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
