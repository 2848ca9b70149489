package dev.rheo.server.verb.item;

import dev.rheo.cache.Entry;
import dev.rheo.cache.Form;
import dev.rheo.cache.FormKind;
import dev.rheo.cache.FormReader;
import dev.rheo.codec.gzip.GzipMember;
import dev.rheo.codec.json.RevisionSplice;
import dev.rheo.server.encoding.Encoding.Frame;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Writes items one after the other into the room that the output has. An item is a prefix, a range
 * of an object's JSON or one of its derived forms, and a suffix. The writer remembers where it
 * stopped and holds no bytes of the object, so an object of a megabyte passes through a buffer of
 * 64 KiB.
 *
 * <p>An item may carry another resourceVersion than its object: a deletion is reported with the
 * object's last state and the revision of the deletion.
 *
 * <p>With compression all items form one gzip member: prefixes and suffixes are stored blocks in
 * it, and the objects are forms that are already compressed.
 *
 * <p>Not thread-safe: one writer belongs to one body.
 */
public final class FormWriter {

  /** How far {@link #write} got. */
  public enum Result {
    /** The item is complete. */
    DONE,
    /** The output is full. */
    FULL,
    /** The next bytes are not in memory; {@link #load} loads them. */
    COLD
  }

  private static final byte[] NOTHING = {};

  private final FormReader reader;
  private final @Nullable GzipMember member;

  private byte[] before = NOTHING;
  private byte[] digits = NOTHING;
  private byte[] after = NOTHING;
  private @Nullable Entry entry;

  /** The kind of the derived form to write; null for a range of the JSON. */
  private @Nullable FormKind kind;

  private @Nullable Form form;

  /** Length and checksum of the form as it was first found. */
  private int length;

  private int checksum;
  private long revision;
  private int from;
  private int to;

  private enum Stage {
    BEFORE,
    /** The JSON up to the digits of the revision. */
    FIRST,
    DIGITS,
    SECOND,
    FORM,
    AFTER,
    IDLE
  }

  private Stage stage = Stage.IDLE;
  private int position;
  private boolean begun;
  private boolean finished;

  /**
   * @param compressed whether to write a gzip member
   */
  public FormWriter(FormReader reader, boolean compressed) {
    this.reader = reader;
    this.member = compressed ? new GzipMember() : null;
  }

  /** Begins an item that consists of these bytes. */
  public void start(byte[] bytes) {
    entry = null;
    begin(bytes, NOTHING);
  }

  /**
   * Begins an item: a range of the entry's JSON in a frame.
   *
   * @param revision replaces the entry's own; 0 keeps it
   */
  public void start(Frame frame, Entry entry, int from, int to, long revision) {
    this.entry = entry;
    this.kind = null;
    this.from = from;
    this.to = to;
    this.digits = revision == 0 || from == to ? NOTHING : RevisionSplice.toBytes(revision);
    begin(frame.before(), frame.after());
  }

  /** Begins an item: a derived form in a frame. */
  public void start(Frame frame, Entry entry, FormKind kind, Form form, long revision) {
    this.entry = entry;
    this.kind = kind;
    this.form = form;
    this.length = form.length();
    this.checksum = form.checksum();
    this.revision = revision;
    byte[] end = frame.after();
    begin(frame.before(), NOTHING);
    if (member != null) {
      member.segment(form.checksum(), form.plainLength());
    }
    after = pack(end);
  }

  private void begin(byte[] before, byte[] after) {
    byte[] packed = pack(before);
    if (member != null && !begun) {
      packed = join(member.header(), packed);
    }
    begun = true;
    this.before = packed;
    this.after = pack(after);
    begin(Stage.BEFORE, 0);
  }

  private byte[] pack(byte[] bytes) {
    return member == null || bytes.length == 0 ? bytes : member.stored(bytes);
  }

  /**
   * Begins the trailer of the gzip member.
   *
   * @return false if there is none to write
   */
  public boolean finish() {
    if (member == null || finished) {
      return false;
    }
    finished = true;
    if (!begun) {
      start(NOTHING);
      before = join(before, member.trailer());
    } else {
      entry = null;
      before = member.trailer();
      after = NOTHING;
      begin(Stage.BEFORE, 0);
    }
    return true;
  }

  private static byte[] join(byte[] a, byte[] b) {
    byte[] joined = new byte[a.length + b.length];
    System.arraycopy(a, 0, joined, 0, a.length);
    System.arraycopy(b, 0, joined, a.length, b.length);
    return joined;
  }

  public Result write(ByteBuf out) throws IOException {
    while (true) {
      switch (stage) {
        case BEFORE -> {
          if (!copy(before, out)) {
            return Result.FULL;
          }
          if (entry == null) {
            begin(Stage.AFTER, 0);
          } else if (kind != null) {
            begin(Stage.FORM, 0);
          } else if (digits.length == 0) {
            begin(Stage.SECOND, from);
          } else {
            begin(Stage.FIRST, from);
          }
        }
        case FIRST -> {
          Result result = json(entry().revisionOffset(), out);
          if (result != Result.DONE) {
            return result;
          }
          begin(Stage.DIGITS, 0);
        }
        case DIGITS -> {
          if (!copy(digits, out)) {
            return Result.FULL;
          }
          begin(Stage.SECOND, entry().revisionOffset() + entry().revisionLength());
        }
        case SECOND -> {
          Result result = json(to, out);
          if (result != Result.DONE) {
            return result;
          }
          begin(Stage.AFTER, 0);
        }
        case FORM -> {
          Result result = form(out);
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
          form = null;
          begin(Stage.IDLE, 0);
        }
        case IDLE -> {
          return Result.DONE;
        }
      }
    }
  }

  /**
   * After {@link Result#COLD}: loads the missing bytes off the event loop, then runs the callback
   * on another thread.
   */
  public void load(Runnable whenLoaded) {
    Form present = form;
    FormKind made = kind;
    if (stage != Stage.FORM || made == null) {
      reader.load(entry(), position, whenLoaded);
    } else if (present != null) {
      reader.load(present, position, whenLoaded);
    } else {
      reader.make(made, entry(), revision, null, whenLoaded);
    }
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

  private Result json(int end, ByteBuf out) throws IOException {
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

  private boolean isSame(Form again) {
    return again.length() == length && again.checksum() == checksum;
  }

  private Result form(ByteBuf out) throws IOException {
    while (true) {
      Form present = form;
      if (present == null && kind != null) {
        // The form was evicted. When it is made again, its bytes must be the same.
        present = reader.form(kind, entry(), revision);
        form = present;
        if (present != null && !isSame(present)) {
          throw new IOException("a form of " + entry() + " was made again with other bytes");
        }
      }
      if (present == null) {
        return Result.COLD;
      }
      if (position == present.length()) {
        return Result.DONE;
      }
      int room = Math.min(out.writableBytes(), present.length() - position);
      if (room == 0) {
        return Result.FULL;
      }
      int at = out.writerIndex();
      int n = reader.read(present, position, room, out.internalNioBuffer(at, room));
      if (n == FormReader.NOT_IN_MEMORY) {
        return Result.COLD;
      } else if (n == FormReader.GONE) {
        form = null;
      } else {
        out.writerIndex(at + n);
        position += n;
      }
    }
  }
}
