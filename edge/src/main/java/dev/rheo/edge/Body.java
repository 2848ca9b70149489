package dev.rheo.edge;

import io.netty.buffer.ByteBuf;

/**
 * The body of a response that is not assembled but drawn: the edge asks for the next bytes when the
 * peer has room for them, and not before. Back-pressure is not drawing, nothing else.
 *
 * <p>A body belongs to one stream. {@code draw}, {@code finish} and {@code close} are called by the
 * stream's event loop only, never two at once, and must neither block nor take long: a body that
 * had to skip much without producing bytes returns {@link State#MORE} to be asked again after
 * others had their turn.
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
   * time, more often than needed, also during {@code draw} (then the body is asked again) and after
   * {@code close} (then nothing happens).
   */
  void onReady(Runnable wake);

  /**
   * Appends at most {@code out.writableBytes()} bytes. May append and return any state. An
   * exception counts as {@link State#ABORT}.
   */
  State draw(ByteBuf out);

  /**
   * Asks a body without a natural end to come to one: what is begun (an event, a line) is
   * completed, then {@code draw} returns {@link State#END}. The edge draws again after the call. A
   * body that ends by itself need not do anything.
   */
  default void finish() {}

  /**
   * Called once on the event loop when the stream ended, for whatever reason. Gives up all that the
   * body holds. Where no event loop ever met the body (the peer left while its handler was still at
   * work), it is called on whatever thread finds that out.
   */
  @Override
  void close();
}
