package dev.rheo.client.reflector;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * The pauses after failures: each up to twice as long as the one before, with jitter, until it has
 * been quiet.
 */
final class Backoff {
  private final ReflectorSettings settings;
  private final RandomGenerator random;
  private double next;
  private long last;
  private boolean used;

  Backoff(ReflectorSettings settings, RandomGenerator random) {
    this.settings = settings;
    this.random = random;
    this.next = settings.backoffFirst().toNanos();
  }

  /** The pause to make now, not shorter than what the server asks for. */
  Duration pause(long now, Duration atLeast) {
    if (used && now - last > settings.backoffReset().toNanos()) {
      next = settings.backoffFirst().toNanos();
    }
    used = true;
    last = now;
    double jittered = next * (1 + random.nextDouble());
    next = Math.min(2 * next, settings.backoffMost().toNanos());
    Duration pause = Duration.ofNanos((long) jittered);
    return pause.compareTo(atLeast) < 0 ? atLeast : pause;
  }
}
