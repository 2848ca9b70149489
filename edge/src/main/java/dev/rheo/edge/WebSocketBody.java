package dev.rheo.edge;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;

/**
 * A stream of events as WebSocket messages (RFC 6455 §5), one an event, and a Close at its end.
 *
 * <p>How long an event is, is not known before it was drawn, and it is not assembled to find out:
 * what a draw gives of it is a frame. An event that lies whole in one draw is one frame; a longer
 * one is a first frame and continuations, cut anywhere, also within a character.
 *
 * <p>The events are drawn to the place where they go, with a gap before them that their frames'
 * headers take up: where a draw gave (part of) one event the header is put right before it and the
 * gap stays unused; where it gave several they move up.
 *
 * <pre>
 *   drawn    ........AAAAAAAABBBBBBBBBBBCCCCC
 *   framed   hAAAAAAAAhBBBBBBBBBBBhCCCCC
 * </pre>
 */
final class WebSocketBody implements Body {

  private static final int CONTINUATION = 0;
  private static final int TEXT = 1;
  private static final int BINARY = 2;
  private static final int CLOSE = 8;
  private static final int FIN = 0x80;

  /** Longer payloads need a longer header. */
  private static final int SHORT = 125;

  private static final int CLOSE_FRAME = 4;

  /**
   * No event is shorter than this: {@code {"type":"ADDED","object":{}}} alone is longer. Each then
   * brings at most a twelfth of itself as its header.
   */
  static final int LEAST_EVENT = 24;

  /** Headers of the two frames at the ends of a draw, which may be short parts of events. */
  private static final int ENDS = 8;

  private final Body body;
  private final Messages messages;
  private final int opcode;
  private State after = State.MORE;
  private WebSocketCloseStatus closeStatus = WebSocketCloseStatus.NORMAL_CLOSURE;

  /** A message was begun and is not complete. */
  private boolean within;

  /** A frame of it was written. */
  private boolean framed;

  /** Where the next frame goes. */
  private int place;

  WebSocketBody(Body body, Messages messages) {
    this.body = body;
    this.messages = messages;
    this.opcode = messages.areText() ? TEXT : BINARY;
  }

  @Override
  public void onReady(Runnable wake) {
    body.onReady(wake);
  }

  /** The edge is going away: not the stream's natural end. */
  @Override
  public void finish() {
    closeStatus = WebSocketCloseStatus.ENDPOINT_UNAVAILABLE;
    body.finish();
  }

  @Override
  public State draw(ByteBuf out) {
    if (after != State.END) {
      after = drawEvents(out);
      if (after != State.END) {
        return after;
      }
    }
    if (within) {
      throw new IllegalStateException("a stream of events ended within one");
    }
    if (out.writableBytes() < CLOSE_FRAME) {
      return State.MORE;
    }
    out.writeByte(FIN | CLOSE).writeByte(2).writeShort(closeStatus.code());
    return State.END;
  }

  @Override
  public void close() {
    body.close();
  }

  private State drawEvents(ByteBuf out) {
    int start = out.writerIndex();
    int gap = ENDS + out.writableBytes() / LEAST_EVENT * 2;
    if (out.writableBytes() <= gap) {
      return State.MORE;
    }
    out.writerIndex(start + gap);
    State state = body.draw(out);
    place = start;
    frame(out, start + gap, out.writerIndex());
    out.writerIndex(place);
    return state;
  }

  private void frame(ByteBuf out, int from, int to) {
    int at = from;
    while (true) {
      if (!within) {
        if (at == to) {
          return;
        }
        at = messages.begin(out, at, to);
        if (at < 0) {
          return;
        }
        within = true;
        framed = false;
      }
      int end = messages.end(out, at, to);
      if (end < 0) {
        if (at < to) {
          frame(out, at, to, to, false);
          framed = true;
        }
        return;
      }
      frame(out, at, end, to, true);
      within = false;
      at = end;
    }
  }

  private void frame(ByteBuf out, int from, int end, int to, boolean fin) {
    int length = end - from;
    int header = length <= SHORT ? 2 : 4;
    boolean alone = end == to && place == out.readerIndex();
    if (alone) {
      // The pump sends what is readable.
      place = from - header;
      out.readerIndex(place);
    } else if (place + header > from) {
      throw new IllegalStateException("events shorter than " + LEAST_EVENT + " bytes");
    } else {
      out.setBytes(place + header, out, from, length);
    }
    out.setByte(place, (fin ? FIN : 0) | (framed ? CONTINUATION : opcode));
    if (length <= SHORT) {
      out.setByte(place + 1, length);
    } else if (length <= 0xffff) {
      out.setByte(place + 1, 126).setShort(place + 2, length);
    } else {
      throw new IllegalStateException("a draw of more than 64 KiB");
    }
    place += header + length;
  }
}
