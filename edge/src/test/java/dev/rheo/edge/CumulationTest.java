package dev.rheo.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A decoder's buffer is not much larger than its unparsed bytes, however these arrived. */
class CumulationTest {

  private static final int FRAME = 16_000;

  private final PooledByteBufAllocator alloc = Transport.allocator(1);
  private final Cumulation kept = new Cumulation();
  private final Frames frames = new Frames();
  private final EmbeddedChannel channel = new EmbeddedChannel(new Front(), frames);

  private final class Front extends ChannelInboundHandlerAdapter {
    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
      kept.tighten(ctx);
      ctx.fireChannelReadComplete();
    }
  }

  /** Decodes frames of a fixed length, whose bytes count up. */
  private final class Frames extends ByteToMessageDecoder {
    private byte next;
    private int count;

    Frames() {
      setCumulator(kept);
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
      if (in.readableBytes() >= FRAME) {
        byte[] frame = new byte[FRAME];
        in.readBytes(frame);
        assertThat(frame).isEqualTo(counting(next, FRAME));
        next += (byte) FRAME;
        count++;
      }
    }

    int waiting() {
      return actualReadableBytes();
    }

    int capacity() {
      return internalBuffer().capacity();
    }
  }

  private static byte[] counting(byte first, int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (first + i);
    }
    return bytes;
  }

  private byte next;

  private void comes(int length, int capacity) {
    ByteBuf bytes = alloc.directBuffer(capacity);
    // In one access, since the leak detector records each.
    bytes.writeBytes(counting(next, length));
    next += (byte) length;
    channel.writeOneInbound(bytes);
  }

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
    assertThat(alloc.metric().directArenas().getFirst().numActiveAllocations())
        .as("buffers that nobody released")
        .isZero();
  }

  @Test
  void someBytesDoNotKeepTheBufferTheyCameIn() {
    comes(100, 1 << 20);
    channel.flushInbound();
    assertThat(frames.waiting()).isEqualTo(100);
    assertThat(frames.capacity()).isLessThanOrEqualTo(100 + Cumulation.SLACK);
  }

  @Test
  void whatWasUnderstoodIsNotKeptInFrontOfTheRest() {
    Random random = new Random(1);
    for (int i = 0; i < 2000; i++) {
      // Never ends at a frame, so that some bytes always wait.
      int length = 1 + random.nextInt(FRAME);
      comes((length + frames.waiting()) % FRAME == 0 ? length + 1 : length, 64 << 10);
      assertThat(frames.capacity()).as("while more comes").isLessThanOrEqualTo(96 << 10);
      if (random.nextInt(4) == 0) {
        channel.flushInbound();
        assertThat(frames.capacity())
            .as("when the read is over")
            .isLessThanOrEqualTo(2 * frames.waiting() + Cumulation.SLACK);
      }
    }
    assertThat(frames.count).isGreaterThan(500);
  }

  @Test
  void bytesThatComeOneByOneAreNotCopiedEachTime() {
    long copied = 0;
    int before = 0;
    for (int i = 0; i < FRAME - 1; i++) {
      comes(1, 64);
      if (frames.capacity() != before) {
        copied += frames.waiting();
        before = frames.capacity();
      }
    }
    assertThat(copied).isLessThan(40L * FRAME);
  }
}
