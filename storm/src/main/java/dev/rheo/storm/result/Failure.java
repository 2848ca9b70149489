package dev.rheo.storm.result;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * What went wrong with one reader; a reader stops at its first failure.
 *
 * @param reader its number, from 0
 * @param kind what kind of failure
 * @param where the object at which it showed, {@code namespace/name}, or the last place before it
 * @param message for a person, in one line
 */
public record Failure(int reader, Kind kind, String where, String message) {

  /** What a reader can find wrong. */
  public enum Kind {
    /** An object that must be there was not sent. */
    @JsonProperty("missing")
    MISSING,
    /** An object came twice among the initial ones. */
    @JsonProperty("duplicate")
    DUPLICATE,
    /** Keys of the initial objects did not ascend. */
    @JsonProperty("order")
    ORDER,
    /** The content is not what was created. */
    @JsonProperty("content")
    CONTENT,
    /** An object that nobody created. */
    @JsonProperty("unexpected")
    UNEXPECTED,
    /** The initial events ended without their bookmark. */
    @JsonProperty("bookmark")
    BOOKMARK,
    /** A resourceVersion is missing, or older than it may be. */
    @JsonProperty("revision")
    REVISION,
    /** The stream ended in the middle, or was cut off. */
    @JsonProperty("truncated")
    TRUNCATED,
    /** What was sent is no list or no watch event. */
    @JsonProperty("malformed")
    MALFORMED,
    /** The server refused the request, or ended the watch with a Status. */
    @JsonProperty("status")
    STATUS,
    /** No connection, or it broke before the answer. */
    @JsonProperty("connection")
    CONNECTION,
    /** Not complete within {@code --timeout}. */
    @JsonProperty("timeout")
    TIMEOUT,
    /** Closed because the storm was stopped: the memory guard or Ctrl-C. */
    @JsonProperty("stopped")
    STOPPED
  }
}
