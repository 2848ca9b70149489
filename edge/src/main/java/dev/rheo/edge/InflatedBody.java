package dev.rheo.edge;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * A buffered gzip member (RFC 1952) for a peer that does not take gzip. It is inflated while it is
 * drawn, so the whole is never in memory; what it takes besides is zlib's window, some 40 KiB
 * outside the heap.
 */
public final class InflatedBody implements Body {
  /** Of a header without optional fields, as {@link java.util.zip.GZIPOutputStream} writes it. */
  private static final int HEADER = 10;

  private static final int TRAILER = 8;

  private final byte[] gzip;
  private @Nullable Inflater inflater;
  private boolean closed;

  /**
   * @param gzip one member whose header has no optional fields; must not be changed afterwards
   * @throws IllegalArgumentException if it is something else
   */
  public InflatedBody(byte[] gzip) {
    if (gzip.length < HEADER + TRAILER
        || gzip[0] != 0x1f
        || gzip[1] != (byte) 0x8b
        || gzip[3] != 0) {
      throw new IllegalArgumentException("not a gzip member without optional fields");
    }
    this.gzip = gzip;
  }

  @Override
  public void onReady(Runnable wake) {}

  @Override
  public State draw(ByteBuf out) {
    if (closed) {
      return State.ABORT;
    }
    Inflater at = inflater;
    if (at == null) {
      at = new Inflater(true);
      at.setInput(gzip, HEADER, gzip.length - HEADER - TRAILER);
      inflater = at;
    }
    ByteBuffer room = out.nioBuffer(out.writerIndex(), out.writableBytes());
    try {
      int written = at.inflate(room);
      out.writerIndex(out.writerIndex() + written);
      if (at.finished()) {
        return State.END;
      }
      return written == 0 && out.isWritable() ? State.ABORT : State.MORE;
    } catch (DataFormatException e) {
      return State.ABORT;
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      if (inflater != null) {
        inflater.end();
      }
    }
  }
}
