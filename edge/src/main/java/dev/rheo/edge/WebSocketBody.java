package dev.rheo.edge;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;

/**
 * Frames a stream of events as WebSocket messages (RFC 6455 §5), one per event, with a Close at the
 * end.
 *
 * <p>The length of an event is unknown until it is drawn, and events are not buffered to find out.
 * So each draw yields frames of its own. An event that lies within one draw is one frame. A longer
 * event is a first frame and continuations, which may be split anywhere, even within a character.
 *
 * <p>Events are drawn into the output buffer behind a gap that is large enough for all frame
 * headers. If a draw yields one event or a part of one, its header goes right before it and the gap
 * stays unused. If a draw yields several, they move up.
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

  /** Longest payload with a two-byte header. */
  private static final int SHORT = 125;

  private static final int CLOSE_FRAME = 4;

  /**
   * Shortest possible event: {@code {"type":"ADDED","object":{}}} alone is longer. So a header
   * takes at most a twelfth of its event.
   */
  static final int LEAST_EVENT = 24;

  /**
   * Room for the headers of the first and the last frame of a draw, which may be short parts of
   * events.
   */
  private static final int ENDS = 8;

  private final Body body;
  private final Messages messages;
  private final int opcode;
  private State after = State.MORE;
  private WebSocketCloseStatus closeStatus = WebSocketCloseStatus.NORMAL_CLOSURE;

  /** Whether a message has begun and is not complete. */
  private boolean within;

  /** Whether a frame of that message was written. */
  private boolean framed;

  /** Index in the buffer at which the next frame goes. */
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

  /** Ends the stream with the status of a server that goes away, not with that of a natural end. */
  @Override
  public void finish() {
    closeStatus = WebSocketCloseStatus.ENDPOINT_UNAVAILABLE;
    body.finish();
  }

  @Override
  public boolean isOverdue() {
    return body.isOverdue();
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
      // The pump sends the readable bytes only.
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
