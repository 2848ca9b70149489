package dev.rheo.storm.result;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.Arrays;

/**
 * Distribution of a time over the readers, in seconds; all zero without readers.
 *
 * @param min time of the fastest reader
 * @param p50 median
 * @param p99 99th percentile
 * @param max time of the slowest reader
 */
public record Spread(double min, double p50, double p99, double max) {

  /** Returns the distribution of values in any order, with nearest-rank percentiles. */
  public static Spread of(double... values) {
    if (values.length == 0) {
      return new Spread(0, 0, 0, 0);
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return new Spread(sorted[0], rank(sorted, 0.50), rank(sorted, 0.99), sorted[sorted.length - 1]);
  }

  /** Returns the ratio of {@code max} to {@code min}, or 0 if {@code min} is 0. */
  @JsonIgnore
  public double slowestToFastest() {
    return min > 0 ? max / min : 0;
  }

  private static double rank(double[] sorted, double share) {
    return sorted[Math.max(0, (int) Math.ceil(share * sorted.length) - 1)];
  }
}
