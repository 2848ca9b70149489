package dev.rheo.edge;

import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import java.util.function.LongSupplier;

/**
 * Limits what an HTTP/2 connection may send that serves no request. Beyond the limit it ends with
 * ENHANCE_YOUR_CALM.
 *
 * <ul>
 *   <li>Aborted streams (CVE-2023-44487, CVE-2025-8671): reset by the peer, or by the server
 *       because of the peer's input, whatever the reason. The limit applies to {@value
 *       #WINDOW_SECONDS} seconds; each response allows for one more.
 *   <li>Control frames: PING, SETTINGS, PRIORITY, WINDOW_UPDATE, empty DATA, GOAWAY, and frames of
 *       unknown types. Some are free, at a limited rate. Others are earned by the response frames
 *       of the connection, since a fast reader has to send a WINDOW_UPDATE for every few KB.
 * </ul>
 *
 * <p>Event loop only.
 */
final class Http2Allowance {

  static final int WINDOW_SECONDS = 30;

  /** Excess of aborted streams over responses that no regular client reaches. */
  private static final int SUSPECT = 100;

  /** Control frames that a connection may send before it has earned any. */
  static final int FREE_FRAMES = 1000;

  /** Rate at which free control frames are restored. */
  private static final int FREE_FRAMES_A_SECOND = 100;

  /**
   * Response bytes that earn one control frame. Go's client updates two windows, of the stream and
   * of the connection, every 4 KiB.
   */
  private static final int BYTES_A_FRAME = 1024;

  /** Control frames earned by each response frame, since the peer may react to every one. */
  private static final int FRAMES_A_FRAME = 4;

  /** Cap on earned frames, and on responses counted: more than any client reacts to at once. */
  private static final int MOST_EARNED = 100_000;

  /** A SETTINGS frame counts as one more control frame for every so many settings. */
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
   * @param broken streams that may be aborted in a window, in addition to one per response
   * @param nanos a clock like {@link System#nanoTime()}
   */
  Http2Allowance(int broken, LongSupplier nanos) {
    this.broken = broken;
    this.nanos = nanos;
    this.windowSince = nanos.getAsLong();
    this.freeSince = windowSince;
  }

  /** Whether the limit was exceeded. */
  boolean exceeded() {
    return exceeded;
  }

  /**
   * Whether the peer's next connection should get less, since it may have stopped short of the
   * limit.
   */
  boolean isSuspect() {
    return exceeded || brokenInWindow > SUSPECT + (long) answered;
  }

  /** Counts an aborted stream. */
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

  /** Counts a stream that gets its response. */
  void streamAnswered() {
    answered = Math.min(MOST_EARNED, answered + 1);
  }

  /** Counts a control frame. */
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

  /** Earns control frames for a response frame that was written. */
  void carried(int bytes) {
    earned = Math.min(MOST_EARNED, earned + FRAMES_A_FRAME + bytes / BYTES_A_FRAME);
  }

  /** Marks the limit as exceeded. */
  Http2Exception exceed(String what) {
    exceeded = true;
    return Http2Exception.connectionError(Http2Error.ENHANCE_YOUR_CALM, "too many %s", what);
  }
}
