package dev.rheo.storm.net;

import java.util.concurrent.ScheduledExecutorService;

/**
 * A response that is being received. {@link #loop} and {@link #inLoop} may be called from any
 * thread, the other methods only on the event loop.
 */
public interface Stream {

  /** Returns the event loop, for tasks. */
  ScheduledExecutorService loop();

  /** Returns whether the caller is on the event loop. */
  boolean inLoop();

  /**
   * Resumes or pauses reading. During a pause, back-pressure stops the server once buffers and
   * windows are full.
   */
  void reading(boolean wanted);

  /** Abandons the response: resets its HTTP/2 stream or closes its own connection. */
  void cancel();
}
