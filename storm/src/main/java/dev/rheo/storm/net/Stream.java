package dev.rheo.storm.net;

import io.netty.channel.EventLoop;

/** An answer on its way. Its methods are called on its event loop. */
public interface Stream {

  EventLoop loop();

  /** Whether bytes are read; if not, the server has to wait once what is under way has come. */
  void reading(boolean wanted);

  /** Not interested any more. Closes what was used for it alone. */
  void cancel();
}
