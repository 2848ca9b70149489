package dev.rheo.edge;

import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import java.util.function.LongSupplier;

/**
 * How much one HTTP/2 connection may ask for that is of no use to a request. A peer that goes
 * beyond is told ENHANCE_YOUR_CALM, and the connection ends.
 *
 * <ul>
 *   <li>Streams that come to nothing (CVE-2023-44487, CVE-2025-8671): reset by the peer, or reset
 *       by the server because of what the peer sent. So many in {@value #WINDOW_SECONDS} s. How the
 *       stream came to nothing does not matter; one that was answered first did not.
 *   <li>Frames that only control: PING, SETTINGS, PRIORITY, WINDOW_UPDATE, empty DATA, frames of
 *       unknown types. Some are free, at a rate; the others are earned by what the connection
 *       carries, since a quick reader has to send a WINDOW_UPDATE for every few KB.
 * </ul>
 *
 * Event loop only.
 */
final class Http2Allowance {

  static final int WINDOW_SECONDS = 30;

  /** So many more streams that came to nothing than were answered are no client's habit. */
  private static final int SUSPECT = 100;

  /** Control frames that a connection may send before it has carried anything. */
  static final int FREE_FRAMES = 1000;

  /** And how fast those come again. */
  private static final int FREE_FRAMES_A_SECOND = 100;

  /** Go's client opens its windows again after 4 KiB, the stream's and the connection's. */
  private static final int BYTES_A_FRAME = 1024;

  /** What any frame of a response earns: it may be answered, one by one. */
  private static final int FRAMES_A_FRAME = 4;

  /** More than is under way to any client that then answers all of it. */
  private static final int MOST_EARNED = 100_000;

  /** What a settings frame costs for each of its settings, beside itself: one in so many. */
  private static final int SETTINGS_A_FRAME = 8;

  private static final long WINDOW_NANOS = WINDOW_SECONDS * 1_000_000_000L;

  private final int broken;
  private final LongSupplier nanos;
  private long windowSince;
  private int brokenInWindow;
  private int answered;
  private long freeSince;
  private double free = FREE_FRAMES;
  private int earned;
  private boolean exceeded;

  /**
   * @param broken streams that may come to nothing within a window, beside as many as were answered
   * @param nanos a clock like {@link System#nanoTime()}
   */
  Http2Allowance(int broken, LongSupplier nanos) {
    this.broken = broken;
    this.nanos = nanos;
    this.windowSince = nanos.getAsLong();
    this.freeSince = windowSince;
  }

  /** Whether it was gone beyond. */
  boolean exceeded() {
    return exceeded;
  }

  /** Whether the peer's next connection should get less: it may have stopped short of the limit. */
  boolean isSuspect() {
    return exceeded || brokenInWindow > SUSPECT + (long) answered;
  }

  /** A stream came to nothing. */
  void streamBroken() throws Http2Exception {
    long now = nanos.getAsLong();
    if (now - windowSince >= WINDOW_NANOS) {
      windowSince = now;
      brokenInWindow = 0;
      answered = 0;
    }
    if (++brokenInWindow > broken + (long) answered) {
      throw exceed("streams were reset");
    }
  }

  /** A response was begun. */
  void streamAnswered() {
    answered = Math.min(MOST_EARNED, answered + 1);
  }

  /** A frame that only controls. */
  void controlFrame() throws Http2Exception {
    if (earned > 0) {
      earned--;
      return;
    }
    if (free < 1) {
      long now = nanos.getAsLong();
      free = Math.min(FREE_FRAMES, (now - freeSince) * (FREE_FRAMES_A_SECOND / 1e9));
      freeSince = now;
    }
    if (free < 1) {
      throw exceed("frames were sent that carry nothing");
    }
    free--;
  }

  void settings(int count) throws Http2Exception {
    for (int i = 0; i <= count / SETTINGS_A_FRAME; i++) {
      controlFrame();
    }
  }

  /** A frame of a response was written. */
  void carried(int bytes) {
    earned = Math.min(MOST_EARNED, earned + FRAMES_A_FRAME + bytes / BYTES_A_FRAME);
  }

  /** Says that it was gone beyond, in this. */
  Http2Exception exceed(String what) {
    exceeded = true;
    return Http2Exception.connectionError(Http2Error.ENHANCE_YOUR_CALM, "too many %s", what);
  }
}
