package dev.rheo.storm.run;

import java.time.Duration;

/**
 * Time limits for waiting.
 *
 * @param window the server's memory has settled if it was stable for this long
 * @param limit longest wait for memory to settle
 * @param catchUp longest wait for readers to receive all acknowledged changes
 */
public record Pace(Duration window, Duration limit, Duration catchUp) {
  public static final Pace DEFAULT =
      new Pace(Duration.ofSeconds(5), Duration.ofSeconds(30), Duration.ofSeconds(30));
}
