package dev.rheo.server.verb.read;

import dev.rheo.cache.Entry;
import dev.rheo.cache.FormReader;
import dev.rheo.codec.json.RevisionSplice;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Writes one item after the other into whatever room there is: some bytes before, a stretch of an
 * object's form, some bytes after. It remembers where it stopped, so that an object of a megabyte
 * passes through a buffer of 64 KiB, and holds nothing of the object itself.
 *
 * <p>An item may carry another resourceVersion than its form does: a deletion is told with the last
 * state of the object and the revision of the deletion.
 *
 * <p>Not thread-safe: one writer belongs to one body.
 */
final class FormWriter {

  /** How far {@link #write} got. */
  enum Result {
    /** The item is written whole. */
    DONE,
    /** There was no more room. */
    FULL,
    /** The next bytes are not in memory; {@link #load} gets them. */
    COLD
  }

  private static final byte[] NOTHING = {};

  private final FormReader reader;

  /** What is being written, in turn; a form's stretches are bounded by {@link #ends}. */
  private byte[] before = NOTHING;

  private byte[] digits = NOTHING;
  private byte[] after = NOTHING;
  private @Nullable Entry entry;
  private int firstEnd;
  private int secondStart;

  private enum Stage {
    BEFORE,
    FIRST,
    DIGITS,
    SECOND,
    AFTER,
    IDLE
  }

  private Stage stage = Stage.IDLE;
  private int position;

  FormWriter(FormReader reader) {
    this.reader = reader;
  }

  boolean idle() {
    return stage == Stage.IDLE;
  }

  /** Begins an item that is just these bytes. */
  void start(byte[] bytes) {
    this.before = bytes;
    this.after = NOTHING;
    this.entry = null;
    begin(Stage.BEFORE, 0);
  }

  /** Begins an item: {@code before}, the form from {@code from} on, {@code after}. */
  void start(byte[] before, Entry entry, int from, byte[] after) {
    this.before = before;
    this.entry = entry;
    this.digits = NOTHING;
    this.firstEnd = from;
    this.secondStart = from;
    this.after = after;
    begin(Stage.BEFORE, 0);
  }

  /** Begins an item that is told with another revision than the form's own. */
  void start(byte[] before, Entry entry, long revision, byte[] after) {
    this.before = before;
    this.entry = entry;
    this.digits = RevisionSplice.toBytes(revision);
    this.firstEnd = entry.revisionOffset();
    this.secondStart = entry.revisionOffset() + entry.revisionLength();
    this.after = after;
    begin(Stage.BEFORE, 0);
  }

  Result write(ByteBuf out) throws IOException {
    while (true) {
      switch (stage) {
        case BEFORE -> {
          if (!copy(before, out)) {
            return Result.FULL;
          }
          if (entry == null) {
            begin(Stage.IDLE, 0);
          } else if (digits.length == 0) {
            begin(Stage.SECOND, secondStart);
          } else {
            begin(Stage.FIRST, 0);
          }
        }
        case FIRST -> {
          Result result = form(firstEnd, out);
          if (result != Result.DONE) {
            return result;
          }
          begin(Stage.DIGITS, 0);
        }
        case DIGITS -> {
          if (!copy(digits, out)) {
            return Result.FULL;
          }
          begin(Stage.SECOND, secondStart);
        }
        case SECOND -> {
          Result result = form(entry().length(), out);
          if (result != Result.DONE) {
            return result;
          }
          begin(Stage.AFTER, 0);
        }
        case AFTER -> {
          if (!copy(after, out)) {
            return Result.FULL;
          }
          entry = null;
          begin(Stage.IDLE, 0);
        }
        case IDLE -> {
          return Result.DONE;
        }
      }
    }
  }

  /**
   * After {@link Result#COLD}: gets the bytes off the event loop, then runs the callback on some
   * thread.
   */
  void load(Runnable whenLoaded) {
    reader.load(entry(), position, whenLoaded);
  }

  private Entry entry() {
    Entry present = entry;
    if (present == null) {
      throw new IllegalStateException("no item");
    }
    return present;
  }

  private void begin(Stage next, int at) {
    stage = next;
    position = at;
  }

  private boolean copy(byte[] bytes, ByteBuf out) {
    int n = Math.min(bytes.length - position, out.writableBytes());
    out.writeBytes(bytes, position, n);
    position += n;
    return position == bytes.length;
  }

  private Result form(int end, ByteBuf out) throws IOException {
    while (position < end) {
      int room = Math.min(out.writableBytes(), end - position);
      if (room == 0) {
        return Result.FULL;
      }
      int at = out.writerIndex();
      int n = reader.read(entry(), position, room, out.internalNioBuffer(at, room));
      if (n == FormReader.NOT_IN_MEMORY) {
        return Result.COLD;
      }
      out.writerIndex(at + n);
      position += n;
    }
    return Result.DONE;
  }
}
