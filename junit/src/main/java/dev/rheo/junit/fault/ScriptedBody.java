package dev.rheo.junit.fault;

import dev.rheo.edge.Body;
import dev.rheo.edge.Messages;
import dev.rheo.junit.fault.EventScript.Verdict;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * The body of a watch whose events pass an {@link EventScript}.
 *
 * <p>Bytes go from the server's body into {@code input}, are looked at event by event, and go on
 * into {@code output}. The first bytes of an event are held until they tell its type: in JSON,
 * protobuf and CBOR alike the type comes first, in ASCII.
 *
 * <pre>
 *   input   │ ev1 ev2 ev3 │            {@value #PIECE} bytes at most
 *   head    │ {"type":"ADD │           of the event that begins, {@value #HEAD} at most
 *   output  │ ev1 ev2 │                what may be sent
 * </pre>
 */
final class ScriptedBody implements Body {
  private static final int PIECE = 16 << 10;

  /** A length prefix, the type of the event and, of a bookmark, its annotation. */
  private static final int HEAD = 640;

  /** Within so many bytes is the type. */
  private static final int TYPE = 40;

  private static final String INITIAL_EVENTS_END = "initial-events-end";

  private static final String BOOKMARK = "BOOKMARK";

  private final Body body;
  private final Messages messages;
  private final boolean json;
  private final EventScript script;
  private final Met met;
  private final Consumer<ScriptedBody> closed;
  private final ByteBuf input = Unpooled.directBuffer(PIECE, PIECE);
  private final ByteBuf head = Unpooled.buffer(HEAD, HEAD);
  private final ByteBuf output = Unpooled.directBuffer(2 * PIECE, 2 * PIECE);
  private final Grace grace = new Grace();
  private volatile Runnable wake = () -> {};

  /** What the server's body said last. */
  private State state = State.MORE;

  /** What happens once {@link #output} is sent. */
  private Verdict verdict = Verdict.PASS;

  private boolean started;
  private boolean sent;

  /** Whether an event has begun and is not complete; its prefix is not part of it. */
  private boolean within;

  /** Whether the event's bytes are still held in {@link #head}. */
  private boolean held;

  private boolean dropped;
  private boolean bookmark;
  private volatile boolean released;
  private volatile boolean removed;
  private volatile boolean finishing;

  /**
   * @param json whether the stream is JSON, into which an ERROR event can be put
   * @param closed told when the body is closed
   */
  ScriptedBody(
      Body body,
      Messages messages,
      boolean json,
      EventScript script,
      Met met,
      Consumer<ScriptedBody> closed) {
    this.body = body;
    this.messages = messages;
    this.json = json;
    this.script = script;
    this.met = met;
    this.closed = closed;
  }

  @Override
  public void onReady(Runnable newWake) {
    wake = newWake;
    body.onReady(newWake);
  }

  @Override
  public State draw(ByteBuf out) {
    if (!started) {
      started = true;
      decide(removed ? Verdict.PASS : script.atStart());
    }
    boolean asked = false;
    while (true) {
      sent |= output.isReadable();
      out.writeBytes(output, Math.min(output.readableBytes(), out.writableBytes()));
      if (output.isReadable()) {
        return State.MORE;
      }
      output.clear();
      if (verdict != Verdict.PASS) {
        if (verdict == Verdict.STALL && released) {
          verdict = Verdict.PASS;
        } else {
          return last();
        }
      }
      if (input.isReadable()) {
        pass();
      } else if (asked || state == State.END || state == State.ABORT) {
        return state;
      } else {
        asked = true;
        input.clear();
        state = body.draw(input);
      }
    }
  }

  private State last() {
    return switch (verdict) {
      case CUT -> {
        if (sent && !grace.isOver(wake)) {
          yield State.WAIT;
        }
        met.happened();
        yield State.ABORT;
      }
      case STALL -> {
        met.happened();
        // A stream that stalls ends all the same when the server does.
        yield finishing ? State.END : State.WAIT;
      }
      default -> {
        met.happened();
        yield State.END;
      }
    };
  }

  /** Looks at the input up to the place where something happens. */
  private void pass() {
    while (input.isReadable() && verdict == Verdict.PASS) {
      int from = input.readerIndex();
      int to = input.writerIndex();
      if (!within) {
        held = true;
        int begin = messages.begin(input, from, to);
        hold(begin < 0 ? to : begin);
        if (begin < 0) {
          return;
        }
        within = true;
        from = begin;
        if (from == to) {
          return;
        }
      }
      int end = messages.end(input, from, to);
      int upTo = end < 0 ? to : end;
      if (held) {
        hold(Math.min(upTo, from + head.writableBytes()));
        if (end < 0 && head.isWritable()) {
          return;
        }
        begin();
      }
      if (!dropped) {
        output.writeBytes(input, upTo - input.readerIndex());
      }
      input.readerIndex(upTo);
      if (end >= 0) {
        within = false;
        if (!dropped) {
          decide(removed ? Verdict.PASS : script.after(bookmark));
        }
      }
    }
  }

  private void hold(int upTo) {
    head.writeBytes(input, upTo - input.readerIndex());
  }

  /** The type of the event is known. */
  private void begin() {
    held = false;
    String text = head.toString(StandardCharsets.ISO_8859_1);
    bookmark = text.substring(0, Math.min(TYPE, text.length())).contains(BOOKMARK);
    Verdict before =
        removed
            ? Verdict.PASS
            : script.before(bookmark, bookmark && text.contains(INITIAL_EVENTS_END));
    dropped = before == Verdict.DROP;
    if (dropped) {
      met.happened();
    } else {
      output.writeBytes(head);
    }
    head.clear();
  }

  private void decide(Verdict next) {
    if (next == Verdict.EXPIRE) {
      if (json) {
        output.writeBytes(Expiry.event());
        verdict = Verdict.END;
      } else {
        verdict = Verdict.CUT;
      }
    } else {
      verdict = next;
    }
  }

  /** Lets a stream that stalls go on. */
  void release() {
    released = true;
    wake.run();
  }

  /** The fault has been removed: what has not happened yet does not happen. */
  void remove() {
    removed = true;
    release();
  }

  @Override
  public void finish() {
    finishing = true;
    body.finish();
    wake.run();
  }

  @Override
  public boolean isOverdue() {
    return body.isOverdue();
  }

  @Override
  public void close() {
    try {
      body.close();
    } finally {
      input.release();
      head.release();
      output.release();
      met.ended();
      closed.accept(this);
    }
  }
}
