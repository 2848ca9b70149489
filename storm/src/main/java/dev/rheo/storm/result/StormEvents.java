package dev.rheo.storm.result;

import java.util.List;

/**
 * Receives the progress of a storm. Calls never overlap, each happens-before the next, and their
 * order is {@code prepared, creation*, (settling*, runStarted, (sample | readers)*, settling*,
 * runEnded)*, cleanup*, finished}; {@code warning} and {@code status} come at any time. A call
 * should return quickly: the next sample waits for it.
 */
public interface StormEvents {

  /** Does nothing. */
  StormEvents NONE = new StormEvents() {};

  /** The server has responded and the storm may begin. */
  default void prepared(ServerInfo server, StormSettings settings) {}

  /** Called about ten times a second while objects are created, and once at the end. */
  default void creation(Creation progress) {}

  /**
   * A sample while the storm waits for the server's memory to settle: resident bytes, or -1, and
   * seconds since the wait began.
   */
  default void settling(long memory, double seconds) {}

  /**
   * Readers are about to start.
   *
   * @param repeat from 1 to {@code settings.repeat}
   * @param memoryBefore resident bytes of the server, or -1
   */
  default void runStarted(Mode mode, int repeat, int readers, long memoryBefore) {}

  /** A point of the memory curve, up to four times a second. */
  default void sample(CurvePoint point) {}

  /** Progress of all readers, in at most sixteen groups; called after each sample. */
  default void readers(List<ReaderGroup> groups) {}

  /** All readers have ended, and memory has settled or the wait for it has timed out. */
  default void runEnded(RunResult run) {}

  /** What is being removed or kept, in a few words. */
  default void cleanup(String what) {}

  /** Something that the user should know, in one line; also why a run is stopped. */
  default void warning(String message) {}

  /** The current step, in a few words, where no other call reports it. */
  default void status(String message) {}

  /** The storm has ended; not called if it throws an exception. */
  default void finished(StormResult result) {}
}
