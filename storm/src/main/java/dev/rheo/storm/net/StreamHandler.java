package dev.rheo.storm.net;

import io.netty.buffer.ByteBuf;

/**
 * Gets an answer as it comes. Called on the event loop of its {@link Stream}; nothing is called
 * after {@link #end}, {@link #failed} or {@link Stream#cancel}.
 */
public interface StreamHandler {

  /** The head of the answer has come. */
  void head(int code, int retryAfter);

  /** Bytes of the body, which are the caller's. */
  void data(ByteBuf bytes);

  /** The answer is whole, as far as HTTP can tell. */
  void end();

  /** It broke off, or never came. */
  void failed(Throwable cause);
}
