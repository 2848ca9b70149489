package dev.rheo.server.snapshot;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.util.ArrayDeque;

/**
 * A piece of a snapshot: written by one thread, then drawn from by another. A large value is kept
 * as it was read, not copied, so a chunk takes no more memory than it has bytes.
 */
final class SnapshotChunk extends OutputStream {
  /** Parts from this size on are not copied. */
  private static final int LARGE = 16 << 10;

  private final ArrayDeque<byte[]> parts = new ArrayDeque<>();
  private final ByteArrayOutputStream small =
      new ByteArrayOutputStream(SnapshotRoom.CHUNK + 2 * LARGE);
  private int bytes;
  private int position;
  private boolean last;
  private long charged;

  @Override
  public void write(int value) {
    small.write(value);
    bytes++;
  }

  /**
   * @param part not changed any more
   */
  @Override
  public void write(byte[] part) {
    write(part, 0, part.length);
  }

  @Override
  public void write(byte[] from, int offset, int length) {
    bytes += length;
    if (length >= LARGE && length == from.length) {
      cut();
      parts.add(from);
    } else {
      small.write(from, offset, length);
    }
  }

  private void cut() {
    if (small.size() > 0) {
      parts.add(small.toByteArray());
      small.reset();
    }
  }

  /** The number of bytes that were written. */
  int bytes() {
    return bytes;
  }

  /**
   * All is written.
   *
   * @param ends whether the snapshot ends with it
   * @param account what it is charged for beyond its size
   */
  SnapshotChunk complete(boolean ends, long account) {
    cut();
    last = ends;
    charged = account;
    return this;
  }

  boolean isLast() {
    return last;
  }

  long charged() {
    return charged;
  }

  boolean isEmpty() {
    return parts.isEmpty();
  }

  /** Moves as many bytes as fit. */
  int draw(ByteBuf out) {
    int moved = 0;
    byte[] part = parts.peek();
    while (part != null && out.isWritable()) {
      int length = Math.min(out.writableBytes(), part.length - position);
      out.writeBytes(part, position, length);
      position += length;
      moved += length;
      if (position == part.length) {
        position = 0;
        parts.remove();
        part = parts.peek();
      }
    }
    return moved;
  }
}
