package dev.rheo.storm.result;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * Why a reader failed. A reader stops at its first failure.
 *
 * @param reader number of the reader, from 0
 * @param kind kind of failure
 * @param where the object at fault, as {@code namespace/name}, or the last position before the
 *     fault
 * @param message for the user, in one line
 */
public record Failure(int reader, Kind kind, String where, String message) {

  /** Kinds of failure. */
  public enum Kind {
    /** An object or change was not sent. */
    @JsonProperty("missing")
    MISSING,
    /** An object was sent twice among the initial objects. */
    @JsonProperty("duplicate")
    DUPLICATE,
    /** The keys of the initial objects did not ascend. */
    @JsonProperty("order")
    ORDER,
    /**
     * An object's content was never written, or the initial objects are not the state at their
     * revision.
     */
    @JsonProperty("content")
    CONTENT,
    /** An object or event that the storm did not cause. */
    @JsonProperty("unexpected")
    UNEXPECTED,
    /** The watch ended after the initial objects, without their bookmark. */
    @JsonProperty("bookmark")
    BOOKMARK,
    /** A resourceVersion is missing, not a number, or too old. */
    @JsonProperty("revision")
    REVISION,
    /** The response ended early, or contains only a page of the list. */
    @JsonProperty("truncated")
    TRUNCATED,
    /** The response is not a valid list or sequence of watch events. */
    @JsonProperty("malformed")
    MALFORMED,
    /** The server refused the request, or ended the watch with a Status. */
    @JsonProperty("status")
    STATUS,
    /** There was no connection, or it broke before the response. */
    @JsonProperty("connection")
    CONNECTION,
    /** The reader did not sync within {@code --timeout}, or its watch did not end after the run. */
    @JsonProperty("timeout")
    TIMEOUT,
    /** The storm was stopped by the memory limit or a signal. */
    @JsonProperty("stopped")
    STOPPED
  }
}
