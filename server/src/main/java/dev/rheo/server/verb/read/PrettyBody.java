package dev.rheo.server.verb.read;

import dev.rheo.edge.Body;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * Indents a body of JSON while it is drawn ({@code ?pretty=true}): each member and element on a
 * line of its own, two spaces per level, as Go does. It buffers {@link #PIECE} bytes; depth and
 * pending indentation are counters, so memory grows neither with the document nor with its depth.
 *
 * <p>The wrapped body must be valid JSON. Belongs to one stream.
 */
public final class PrettyBody implements Body {
  private static final int PIECE = 4 << 10;
  private static final int NOTHING = -1;

  private final Body body;
  private final ByteBuf input = Unpooled.buffer(PIECE, PIECE);
  private State last = State.MORE;

  /** Pending output, in this order: a line feed, spaces, a byte, a line feed, spaces. */
  private boolean feedBefore;

  private int spacesBefore;
  private int present = NOTHING;
  private boolean feedAfter;
  private int spacesAfter;

  private int depth;
  private boolean inString;
  private boolean escaped;

  /** The last byte opened an object or array, which may turn out to be empty. */
  private boolean opened;

  public PrettyBody(Body body) {
    this.body = body;
  }

  @Override
  public void onReady(Runnable wake) {
    body.onReady(wake);
  }

  @Override
  public State draw(ByteBuf out) {
    boolean asked = false;
    while (true) {
      if (!write(out)) {
        return State.MORE;
      }
      if (input.isReadable()) {
        take(input.readByte());
      } else if (asked || last == State.END || last == State.ABORT) {
        return last;
      } else {
        asked = true;
        input.clear();
        last = body.draw(input);
      }
    }
  }

  /** Writes the pending output; returns false if the room does not suffice. */
  private boolean write(ByteBuf out) {
    while (feedBefore || spacesBefore > 0 || present != NOTHING || feedAfter || spacesAfter > 0) {
      if (!out.isWritable()) {
        return false;
      }
      if (feedBefore) {
        feedBefore = false;
        out.writeByte('\n');
      } else if (spacesBefore > 0) {
        spacesBefore--;
        out.writeByte(' ');
      } else if (present != NOTHING) {
        out.writeByte(present);
        present = NOTHING;
      } else if (feedAfter) {
        feedAfter = false;
        out.writeByte('\n');
      } else {
        spacesAfter--;
        out.writeByte(' ');
      }
    }
    return true;
  }

  private void take(byte b) {
    if (inString) {
      present = b & 0xff;
      if (escaped) {
        escaped = false;
      } else if (b == '\\') {
        escaped = true;
      } else if (b == '"') {
        inString = false;
      }
      return;
    }
    switch (b) {
      case ' ', '\t', '\r' -> {
        return;
      }
      case '\n' -> {
        if (depth > 0) {
          return;
        }
      }
      case '{', '[' -> {
        begin();
        depth++;
        opened = true;
      }
      case '}', ']' -> {
        depth--;
        if (!opened) {
          line();
        }
        opened = false;
      }
      case ',' -> {
        feedAfter = true;
        spacesAfter = 2 * depth;
      }
      case ':' -> spacesAfter = 1;
      case '"' -> {
        begin();
        inString = true;
      }
      default -> begin();
    }
    present = b;
  }

  /** Begins a value or a name; the first one in an object or array starts a new line. */
  private void begin() {
    if (opened) {
      opened = false;
      line();
    }
  }

  private void line() {
    feedBefore = true;
    spacesBefore = 2 * depth;
  }

  @Override
  public void finish() {
    body.finish();
  }

  @Override
  public void close() {
    body.close();
  }
}
