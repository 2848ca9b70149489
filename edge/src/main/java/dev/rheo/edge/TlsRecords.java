package dev.rheo.edge;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Stands before TLS and tells how much of a record has come that is not whole, for that is what TLS
 * keeps of a peer that does not go on. When a read is over the connection's accounts are settled.
 */
final class TlsRecords extends ChannelInboundHandlerAdapter {

  /** Type, version and length (RFC 8446 §5.1). */
  private static final int HEADER = 5;

  private final Connection connection;

  /** What TLS keeps. */
  private final Cumulation kept;

  /** Bytes of the record at hand that have come, and its whole length once that is known. */
  private int come;

  private int length;

  TlsRecords(Connection connection, Cumulation kept) {
    this.connection = connection;
    this.kept = kept;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof ByteBuf bytes) {
      pass(bytes);
      connection.recordBytes = come;
    }
    ctx.fireChannelRead(message);
    // From now on it is the peer's turn: the server's part of a handshake is not its time.
    connection.lastBytesNanos = System.nanoTime();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    kept.tighten(ctx);
    ctx.fireChannelReadComplete();
    connection.room.settle(connection);
  }

  private void pass(ByteBuf bytes) {
    int at = bytes.readerIndex();
    while (at < bytes.writerIndex()) {
      int available = bytes.writerIndex() - at;
      if (come < HEADER) {
        int taken = Math.min(HEADER - come, available);
        for (int i = 0; i < taken; i++, come++) {
          if (come >= HEADER - 2) {
            length = (length & 0xff) << 8 | (bytes.getByte(at + i) & 0xff);
          }
        }
        at += taken;
      } else {
        int taken = Math.min(HEADER + length - come, available);
        come += taken;
        at += taken;
      }
      if (come >= HEADER && come == HEADER + length) {
        if (!connection.spoke) {
          connection.spoke = true;
          connection.stepNanos = System.nanoTime();
        }
        come = 0;
        length = 0;
      }
    }
  }
}
