package dev.rheo.edge;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Sits in front of TLS and tracks the received bytes of an incomplete record, which TLS buffers.
 * Settles the connection's charges when a read is complete.
 */
final class TlsRecords extends ChannelInboundHandlerAdapter {

  /** Type, version and length (RFC 8446 §5.1). */
  static final int HEADER = 5;

  private final Connection connection;

  /** Cumulation of the TLS handler. */
  private final Cumulation kept;

  /** Received bytes of the current record, and the length from its header. */
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
    // Time that the server spends, on a handshake for example, does not count against the peer.
    connection.lastBytesNanos = connection.clock.nanoTime();
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
          connection.stepNanos = connection.clock.nanoTime();
        }
        come = 0;
        length = 0;
      }
    }
  }
}
