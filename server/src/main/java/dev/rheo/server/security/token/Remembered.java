package dev.rheo.server.security.token;

import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was found out about tokens, by the digests of the tokens, within a budget: the one that was
 * not asked for the longest is forgotten first. Thread-safe.
 */
final class Remembered<V> {

  private record Weighed<V>(V value, long weight) {}

  private final long budget;

  // Asked for on every request, but only for some 100 ns.
  private final Map<ByteBuffer, Weighed<V>> byDigest = new LinkedHashMap<>(16, 0.75f, true);

  private long used;

  /**
   * @param budget in bytes
   */
  Remembered(long budget) {
    this.budget = budget;
  }

  synchronized @Nullable V get(ByteBuffer digest) {
    Weighed<V> found = byDigest.get(digest);
    return found == null ? null : found.value();
  }

  /**
   * @param weight in bytes; what is heavier than the budget is not kept
   */
  synchronized void put(ByteBuffer digest, V value, long weight) {
    if (weight > budget) {
      return;
    }
    Weighed<V> before = byDigest.put(digest, new Weighed<>(value, weight));
    used += weight - (before == null ? 0 : before.weight());
    Iterator<Weighed<V>> oldest = byDigest.values().iterator();
    while (used > budget) {
      used -= oldest.next().weight();
      oldest.remove();
    }
  }

  synchronized int count() {
    return byDigest.size();
  }

  synchronized long used() {
    return used;
  }
}
