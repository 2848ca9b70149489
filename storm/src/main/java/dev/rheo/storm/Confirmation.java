package dev.rheo.storm;

import dev.rheo.storm.result.StormException;

/** Asks the user for confirmation. */
@FunctionalInterface
public interface Confirmation {
  /**
   * Asks a question and waits for the answer.
   *
   * @param question a yes-or-no question
   * @return whether the answer was yes
   * @throws StormException if there is no terminal; the message names the option that skips the
   *     question
   */
  boolean confirmed(String question) throws StormException;
}
