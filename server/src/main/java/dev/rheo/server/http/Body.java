package dev.rheo.server.http;

import io.netty.buffer.ByteBuf;

/**
 * The body of a response that is not assembled but drawn: the edge asks for the next bytes when the
 * peer has room for them, and not before. Back-pressure is not drawing, nothing else.
 *
 * <p>A body belongs to one stream. {@code draw} is called by the stream's event loop only, never
 * twice at once, and must neither block nor take long: when it had to skip much without producing
 * bytes it returns {@link State#MORE} to be asked again after others had their turn.
 */
public interface Body extends AutoCloseable {

  /** What {@link #draw} leaves behind. */
  enum State {
    /** There is more, or there may be: ask again when the peer has room. */
    MORE,
    /**
     * Nothing more for now; the wake-up given to {@link #onReady} will be run when asking again
     * makes sense.
     */
    WAIT,
    /** The body is complete: end the stream. */
    END,
    /**
     * The body broke off: the stream must not look complete to the peer (reset it, close the
     * connection).
     */
    ABORT
  }

  /**
   * Gives the wake-up, once, before the first {@code draw}. It may be run on any thread, at any
   * time, more often than needed, also during {@code draw} (then the body is asked again).
   */
  void onReady(Runnable wake);

  /** Appends at most {@code out.writableBytes()} bytes. May append and return any state. */
  State draw(ByteBuf out);

  /**
   * Called once on the event loop when the stream ended, for whatever reason. Gives up all that the
   * body holds.
   */
  @Override
  void close();
}
