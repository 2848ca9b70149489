package dev.rheo.edge;

import io.netty.buffer.ByteBuf;

/**
 * A response body that is drawn instead of buffered: the edge asks for the next bytes when the peer
 * has room for them. Back-pressure is the absence of draws.
 *
 * <p>A body belongs to one stream. {@code draw}, {@code finish} and {@code close} are called by the
 * stream's event loop only, never concurrently. They must neither block nor take long: a body that
 * skips much data without output returns {@link State#MORE}, so that other streams get their turn.
 */
public interface Body extends AutoCloseable {

  /** Result of {@link #draw}. */
  enum State {
    /** There is more, or there may be: draw again when the peer has room. */
    MORE,
    /**
     * Nothing more for now. The body runs the wake-up given to {@link #onReady} when a draw makes
     * sense again.
     */
    WAIT,
    /** The body is complete: end the stream. */
    END,
    /**
     * The body failed. The edge resets the stream or closes the connection, so that the response
     * does not look complete.
     */
    ABORT
  }

  /**
   * Sets the wake-up, once, before the first {@code draw}. It may run on any thread, at any time
   * and more often than needed: during {@code draw} (the body is then drawn from again) and after
   * {@code close} (it then has no effect).
   */
  void onReady(Runnable wake);

  /**
   * Appends at most {@code out.writableBytes()} bytes, and may append bytes with any result. An
   * exception counts as {@link State#ABORT}.
   */
  State draw(ByteBuf out);

  /**
   * Asks a body without a natural end to finish: it completes what it has begun (an event, a line),
   * then {@code draw} returns {@link State#END}. The edge draws again after the call. A finite body
   * may ignore it.
   */
  default void finish() {}

  /**
   * Whether a body without a natural end should have ended by now, because its time is over. It
   * ends when it is drawn from, so one that stays overdue has a peer that does not read.
   */
  default boolean isOverdue() {
    return false;
  }

  /**
   * Releases all resources. Called once when the stream has ended, for whatever reason. Called on
   * the event loop, except for a body that never reached one (the peer left while the handler was
   * running).
   */
  @Override
  void close();
}
