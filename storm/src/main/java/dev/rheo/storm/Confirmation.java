package dev.rheo.storm;

import dev.rheo.storm.result.StormException;

/** Asks a person. */
@FunctionalInterface
public interface Confirmation {
  /**
   * Asks and waits for the answer.
   *
   * @param question to be answered with yes or no
   * @return whether the answer was yes
   * @throws StormException if there is nobody to ask; the message says how to do without
   */
  boolean confirmed(String question) throws StormException;
}
