package dev.rheo.server.verb.read;

import dev.rheo.edge.Body;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * A body of JSON, indented on its way for people ({@code ?pretty=true}): each member and element on
 * a line of its own, two spaces a level, as Go does it. It holds {@link #PIECE} bytes, and neither
 * the document nor its depth: the indentation that is still to be written is a number.
 *
 * <p>The wrapped body must be valid JSON. Belongs to one stream.
 */
public final class PrettyBody implements Body {
  private static final int PIECE = 4 << 10;
  private static final int NOTHING = -1;

  private final Body body;
  private final ByteBuf input = Unpooled.buffer(PIECE, PIECE);
  private State last = State.MORE;

  /** What is to be written, in this order: a line feed, spaces, a byte, a line feed, spaces. */
  private boolean feedBefore;

  private int spacesBefore;
  private int present = NOTHING;
  private boolean feedAfter;
  private int spacesAfter;

  private int depth;
  private boolean inString;
  private boolean escaped;

  /** The byte before was the beginning of an object or array that may turn out to be empty. */
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

  /** Writes what is due as far as there is room. */
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

  /** Of a value or a name: the first of its object or array goes to a line of its own. */
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
