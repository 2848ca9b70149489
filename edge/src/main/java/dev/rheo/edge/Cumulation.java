package dev.rheo.edge;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import org.jspecify.annotations.Nullable;

/**
 * Accumulates a decoder's unparsed bytes in a buffer of about their size. Netty's cumulators keep
 * the buffer in which the bytes arrived, which may be a hundred times larger, and let it grow while
 * bytes that were already parsed remain in front. With hundreds of connections that exhausts direct
 * memory.
 *
 * <p>One for each decoder. Event loop only.
 */
final class Cumulation implements ByteToMessageDecoder.Cumulator {

  /** Bytes by which a buffer may exceed twice its content at the end of a read. */
  static final int SLACK = 1 << 10;

  private @Nullable ByteBuf last;

  @Override
  public ByteBuf cumulate(ByteBufAllocator alloc, ByteBuf cumulation, ByteBuf in) {
    ByteBuf whole = whole(alloc, cumulation, in);
    last = whole;
    return whole;
  }

  private static ByteBuf whole(ByteBufAllocator alloc, ByteBuf cumulation, ByteBuf in) {
    if (cumulation == in) {
      in.release();
      return cumulation;
    }
    if (!cumulation.isReadable() && in.isContiguous() && in.isReadable()) {
      cumulation.release();
      return in;
    }
    try {
      int more = in.readableBytes();
      if (more > 0 && more <= cumulation.maxFastWritableBytes() && cumulation.refCnt() == 1) {
        return cumulation.writeBytes(in);
      }
      ByteBuf whole = alloc.buffer(cumulation.readableBytes() + more);
      whole.writeBytes(cumulation).writeBytes(in);
      cumulation.release();
      return whole;
    } finally {
      in.release();
    }
  }

  /**
   * Moves the unparsed bytes into a buffer of their size if their buffer is much larger. Called
   * when a read is complete.
   *
   * @param before the context of a handler in front of the decoder
   */
  void tighten(ChannelHandlerContext before) {
    ByteBuf kept = last;
    if (kept == null || kept.refCnt() == 0 || !kept.isReadable()) {
      last = null;
      return;
    }
    if (kept.capacity() - kept.readableBytes() > SLACK + kept.readableBytes()) {
      before.fireChannelRead(Unpooled.EMPTY_BUFFER);
    }
  }
}
