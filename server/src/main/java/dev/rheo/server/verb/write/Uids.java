package dev.rheo.server.verb.write;

import java.util.UUID;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** Makes uids: random UUIDs (RFC 9562, version 4). */
final class Uids implements Supplier<String> {
  private final RandomGenerator random;

  Uids(RandomGenerator random) {
    this.random = random;
  }

  @Override
  public String get() {
    long high = random.nextLong() & ~0xf000L | 0x4000L;
    long low = random.nextLong() & 0x3fffffffffffffffL | 0x8000000000000000L;
    return new UUID(high, low).toString();
  }
}
