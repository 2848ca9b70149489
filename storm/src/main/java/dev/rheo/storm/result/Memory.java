package dev.rheo.storm.result;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * The server's resident memory around a run, in bytes; -1 where unknown.
 *
 * @param before right before the readers were started
 * @param peak the largest sample of the run's curve, from shortly before the start until memory has
 *     settled
 * @param after the last sample of the wait for memory to settle
 * @param source source of the figures
 */
public record Memory(long before, long peak, long after, Source source) {

  /** Source of a server's memory and CPU time. */
  public enum Source {
    /** {@code process_resident_memory_bytes} of the server's {@code /metrics}. */
    @JsonProperty("metrics")
    METRICS,
    /** {@code /proc/PID} of a server on this machine. */
    @JsonProperty("pid")
    PID,
    /** Memory and CPU time are unknown. */
    @JsonProperty("none")
    NONE
  }
}
