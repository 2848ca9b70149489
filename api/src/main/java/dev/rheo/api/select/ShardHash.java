package dev.rheo.api.select;

import java.nio.charset.StandardCharsets;

/**
 * The hash that places an object in a shard: FNV-1a of 64 bits over the UTF-8 of a field's value.
 * It is part of the API, as clients compute it, too.
 */
public final class ShardHash {
  private static final long OFFSET_BASIS = 0xcbf29ce484222325L;
  private static final long PRIME = 0x100000001b3L;

  private ShardHash() {}

  public static long of(String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    return of(utf8, 0, utf8.length);
  }

  /** The hash of the bytes from {@code from} to before {@code to}. */
  public static long of(byte[] bytes, int from, int to) {
    long hash = OFFSET_BASIS;
    for (int i = from; i < to; i++) {
      hash = (hash ^ (bytes[i] & 0xff)) * PRIME;
    }
    return hash;
  }
}
