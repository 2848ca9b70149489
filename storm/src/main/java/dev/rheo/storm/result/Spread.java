package dev.rheo.storm.result;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.Arrays;

/**
 * How a time is distributed over the readers, in seconds. All zero if there is no reader to tell
 * of.
 *
 * @param min of the fastest reader
 * @param p50 half of the readers took at most so long
 * @param p99 99 of 100 readers took at most so long
 * @param max of the slowest reader
 */
public record Spread(double min, double p50, double p99, double max) {

  /** Of these values, in any order. A percentile is the nearest rank's. */
  public static Spread of(double... values) {
    if (values.length == 0) {
      return new Spread(0, 0, 0, 0);
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return new Spread(sorted[0], rank(sorted, 0.50), rank(sorted, 0.99), sorted[sorted.length - 1]);
  }

  /** How many times as long as the fastest the slowest took; 0 if that cannot be said. */
  @JsonIgnore
  public double slowestToFastest() {
    return min > 0 ? max / min : 0;
  }

  private static double rank(double[] sorted, double share) {
    return sorted[Math.max(0, (int) Math.ceil(share * sorted.length) - 1)];
  }
}
