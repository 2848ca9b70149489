package dev.rheo.storm.result;

import java.util.List;

/**
 * Is told what goes on. Called from one thread at a time, each call ordered after the one before,
 * in the order {@code prepared, creation*, (settling*, runStarted, (sample | readers)*, runEnded)*,
 * cleanup*, finished}; {@code warning} and {@code status} at any time. Calls should return quickly:
 * the next sample waits for them.
 */
public interface StormEvents {

  /** Does nothing. */
  StormEvents NONE = new StormEvents() {};

  /** The server has answered and nothing speaks against the storm. */
  default void prepared(ServerInfo server, StormSettings settings) {}

  /** Some ten times a second while objects are created; at the end with all of them. */
  default void creation(Creation progress) {}

  /** While the server's memory is given time to settle: resident bytes, or -1; seconds so far. */
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

  /** All readers, in at most sixteen groups; called with each sample. */
  default void readers(List<ReaderGroup> groups) {}

  /** All readers have ended and memory has settled. */
  default void runEnded(RunResult run) {}

  /** What is being removed, in a few words. */
  default void cleanup(String what) {}

  /** Something that should be known but does not stop the storm, in one line. */
  default void warning(String message) {}

  /** What is being done now, in a few words, where no other call tells it. */
  default void status(String message) {}

  /** The end; not called if nothing could be run. */
  default void finished(StormResult result) {}
}
