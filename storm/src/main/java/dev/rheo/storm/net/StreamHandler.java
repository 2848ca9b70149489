package dev.rheo.storm.net;

import io.netty.buffer.ByteBuf;

/**
 * Receives a response as it arrives. Methods are called on the event loop of the {@link Stream},
 * and none after {@link #end}, {@link #failed} or {@link Stream#cancel}.
 */
public interface StreamHandler {

  /**
   * The header block has arrived, with the HTTP status and {@code Retry-After} in seconds, or -1.
   */
  void head(int code, int retryAfter);

  /** Part of the body has arrived. The caller releases the buffer. */
  void data(ByteBuf bytes);

  /** The response is complete, as far as HTTP can tell. */
  void end();

  /** The response broke off or never arrived. */
  void failed(Throwable cause);
}
