package dev.rheo.app;

import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;

/** A generator for all threads, each of which draws from its own {@link ThreadLocalRandom}. */
final class SharedRandom implements RandomGenerator {

  @Override
  public long nextLong() {
    return ThreadLocalRandom.current().nextLong();
  }
}
