package dev.rheo.edge;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * Compresses a body as one gzip member (RFC 1952). When the wrapped body has nothing more for now,
 * the bytes so far are flushed, so that they reach the reader.
 */
final class GzipBody implements Body {

  private enum Phase {
    OPEN,
    /** The body has nothing for now: WAIT follows once the flushed bytes are drawn. */
    WAITING,
    /** The body has ended; the deflater's remaining bytes are drawn. */
    FINISHING,
    DONE,
    ABORTED
  }

  /**
   * Magic, deflate, no flags, no time, fastest, unknown system; the same bytes as Go's gzip writes.
   */
  private static final byte[] HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 4, (byte) 0xff};

  /** Input bytes of one draw: some 0.3 ms of compression. */
  private static final int PIECE = 32 << 10;

  /** With less room than this, output goes through {@link #staged}. */
  private static final int STAGED = 256;

  private static final int TRAILER = 8;

  private final Body body;
  private final Runnable release;
  private final Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
  private final CRC32 checksum = new CRC32();
  private final ByteBuf input = Unpooled.directBuffer(PIECE, PIECE);
  private final ByteBuf staged = Unpooled.directBuffer(STAGED + TRAILER).writeBytes(HEADER);
  private Phase phase = Phase.OPEN;
  private long length;

  /** Whether input was added since the last flush. */
  private boolean dirty;

  private boolean flushing;
  private boolean closed;

  /**
   * @param release called once when the body is closed
   */
  GzipBody(Body body, Runnable release) {
    this.body = body;
    this.release = release;
  }

  @Override
  public void onReady(Runnable wake) {
    body.onReady(wake);
  }

  @Override
  public State draw(ByteBuf out) {
    boolean asked = false;
    while (true) {
      out.writeBytes(staged, Math.min(staged.readableBytes(), out.writableBytes()));
      if (staged.isReadable()) {
        return State.MORE;
      }
      staged.clear();
      if (phase == Phase.DONE) {
        return State.END;
      } else if (phase == Phase.ABORTED) {
        return State.ABORT;
      } else if (!deflater.needsInput() || flushing || phase == Phase.FINISHING) {
        deflate(out.writableBytes() < STAGED ? staged : out);
      } else if (phase == Phase.WAITING) {
        phase = Phase.OPEN;
        if (asked) {
          return State.WAIT;
        }
        // The WAIT is from an earlier draw and a wake-up may have come since, so the body is asked
        // again.
      } else if (asked) {
        return State.MORE;
      } else {
        asked = true;
        take();
      }
    }
  }

  @Override
  public void finish() {
    body.finish();
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      deflater.end();
      input.release();
      staged.release();
      release.run();
      body.close();
    }
  }

  private void take() {
    input.clear();
    State state = body.draw(input);
    if (input.isReadable()) {
      ByteBuffer bytes = input.nioBuffer();
      length += bytes.remaining();
      checksum.update(bytes.duplicate());
      deflater.setInput(bytes);
      dirty = true;
    }
    switch (state) {
      case MORE -> {}
      case WAIT -> {
        phase = Phase.WAITING;
        flushing = dirty;
      }
      case END -> {
        phase = Phase.FINISHING;
        deflater.finish();
      }
      case ABORT -> phase = Phase.ABORTED;
    }
  }

  private void deflate(ByteBuf to) {
    // The staging buffer always keeps room for the trailer.
    int most = to == staged ? STAGED : to.writableBytes();
    ByteBuffer room = to.nioBuffer(to.writerIndex(), most);
    int mode = flushing ? Deflater.SYNC_FLUSH : Deflater.NO_FLUSH;
    int written = deflater.deflate(room, mode);
    to.writerIndex(to.writerIndex() + written);
    if (flushing && deflater.needsInput() && room.hasRemaining()) {
      // zlib did not fill the room, so nothing is left inside.
      flushing = false;
      dirty = false;
    }
    if (deflater.finished()) {
      phase = Phase.DONE;
      staged.writeIntLE((int) checksum.getValue()).writeIntLE((int) length);
    }
  }
}
