package dev.rheo.storm.result;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * The server's resident memory around a run, in bytes; -1 where it is not known.
 *
 * @param before right before the readers were started
 * @param peak the largest sample from then to the end of the run
 * @param after once it has settled
 * @param source where the figures are from
 */
public record Memory(long before, long peak, long after, Source source) {

  /** Where a server's memory and processor time are read. */
  public enum Source {
    /** {@code process_resident_memory_bytes} of the server's {@code /metrics}. */
    @JsonProperty("metrics")
    METRICS,
    /** {@code /proc/PID} of a server on this machine. */
    @JsonProperty("pid")
    PID,
    /** Not at all. */
    @JsonProperty("none")
    NONE
  }
}
