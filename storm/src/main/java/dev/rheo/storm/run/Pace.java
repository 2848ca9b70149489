package dev.rheo.storm.run;

import java.time.Duration;

/**
 * How long is waited for things to settle.
 *
 * @param window the server's memory has settled if it changed little for so long
 * @param limit after which a run begins regardless
 * @param catchUp how long readers may take for changes that were acknowledged
 */
public record Pace(Duration window, Duration limit, Duration catchUp) {
  public static final Pace DEFAULT =
      new Pace(Duration.ofSeconds(5), Duration.ofSeconds(30), Duration.ofSeconds(30));
}
