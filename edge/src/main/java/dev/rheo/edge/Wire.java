package dev.rheo.edge;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.util.concurrent.Future;

/**
 * The way out for one response, whichever protocol. Event loop only. Nothing here flushes: the pump
 * does, once a connection and round.
 */
abstract class Wire {

  /** Why a response ends before its end. */
  enum Cut {
    /** The body broke off on our side. */
    BROKEN,
    /** The peer took nothing for too long, or the server closes. */
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
   * @param length of the body, or -1 if it is not known; what {@code Content-Length} says
   * @param noBody no body follows (HEAD, 204, 304, or a length of 0): this ends the response
   */
  abstract Future<?> head(int status, HttpHeaders headers, long length, boolean noBody);

  /** Writes body bytes, taking over the buffer; the future says that the kernel took them. */
  abstract ChannelFuture data(ByteBuf bytes, boolean last);

  /** Ends a body that has no bytes left. */
  abstract ChannelFuture end();

  /** Ends the response so that the peer sees that it is not complete. */
  abstract void cut(Cut why);

  /**
   * Refuses the request without an answer, so that a client may safely send it again.
   *
   * @return false if the protocol has no such thing
   */
  abstract boolean refuse();

  /** Bytes that the peer's flow control still admits on this stream; may be negative. */
  abstract long streamWindow();

  /** Bytes that the peer's flow control still admits on the connection as a whole. */
  abstract long connectionWindow();

  /** Reads no more of the request's body for now. */
  abstract void pauseInput();

  abstract void resumeInput();

  /** Tells a peer that asked whether to send its body that it should. */
  abstract void askForBody();

  /**
   * The exchange is over.
   *
   * @param complete the kernel has taken the whole response
   */
  abstract void done(boolean complete);
}
