package dev.rheo.storm.net;

import java.util.concurrent.ScheduledExecutorService;

/** An answer on its way. Its methods are called on its event loop, but for the first two. */
public interface Stream {

  /** The event loop, for tasks. */
  ScheduledExecutorService loop();

  /** Whether the caller is on the event loop. */
  boolean inLoop();

  /** Whether bytes are read; if not, the server has to wait once what is under way has come. */
  void reading(boolean wanted);

  /** Not interested any more. Closes what was used for it alone. */
  void cancel();
}
