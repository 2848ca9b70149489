package dev.rheo.edge;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.util.concurrent.Future;

/**
 * The outbound side of one response, whichever protocol carries it. Event loop only. Nothing here
 * flushes, except {@link #askForBody}, {@link #cut} and {@link #done}: the pump flushes each
 * connection once a round.
 */
abstract class Wire {

  /** Why a response is cut off. */
  enum Cut {
    /** The response body failed. */
    BROKEN,
    /** The peer read nothing for too long, its room was needed, or the server closes. */
    GIVEN_UP
  }

  private final Connection connection;

  Wire(Connection connection) {
    this.connection = connection;
  }

  final Connection connection() {
    return connection;
  }

  /**
   * Writes status and header fields.
   *
   * @param length length of the body, for {@code Content-Length}; -1 if unknown
   * @param noBody whether the response ends here (HEAD, 204, 304, or a length of 0)
   */
  abstract Future<?> head(int status, HttpHeaders headers, long length, boolean noBody);

  /**
   * Writes body bytes and takes ownership of the buffer. The future completes when the kernel has
   * accepted them.
   */
  abstract ChannelFuture data(ByteBuf bytes, boolean last);

  /** Ends the body without further bytes. */
  abstract ChannelFuture end();

  /** Cuts off the response in a way that the peer cannot take for its end. */
  abstract void cut(Cut why);

  /**
   * Refuses the request without a response, so that a client may safely retry it.
   *
   * @return false if the protocol has no such refusal
   */
  abstract boolean refuse();

  /** Remaining flow-control window of the stream, in bytes; may be negative. */
  abstract long streamWindow();

  /** Remaining flow-control window of the connection, in bytes. */
  abstract long connectionWindow();

  /** Frees what a stream holds, if the connection ended without it. */
  void abandon() {}

  /** Pauses reading of the request body. */
  abstract void pauseInput();

  abstract void resumeInput();

  /** Sends {@code 100 Continue}. */
  abstract void askForBody();

  /**
   * Ends the exchange.
   *
   * @param complete whether the kernel has accepted the whole response
   */
  abstract void done(boolean complete);
}
