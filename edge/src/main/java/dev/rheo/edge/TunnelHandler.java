package dev.rheo.edge;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.concurrent.RejectedExecutionException;

/**
 * A connection that was switched to a protocol of its peers: a {@link Tunnel}. While there is no
 * room for the bytes of the peer, its socket is left alone, and what was read already waits here:
 * as much as {@link InputTurns} passes on at once.
 */
final class TunnelHandler extends ChannelInboundHandlerAdapter implements SwitchedProtocol {

  private final Connection connection;
  private final Tunnel tunnel;
  private final ArrayDeque<ByteBuf> untaken = new ArrayDeque<>();
  private boolean ended;

  private TunnelHandler(Connection connection, Tunnel tunnel) {
    this.connection = connection;
    this.tunnel = tunnel;
  }

  /** Adds the handler of a tunnel to a connection's pipeline. */
  static TunnelHandler install(Connection connection, Tunnel tunnel) {
    TunnelHandler handler = new TunnelHandler(connection, tunnel);
    connection.channel.pipeline().addLast(handler);
    connection.protocol = handler;
    connection.inputParsed();
    tunnel.onRoom(handler::offerLater);
    connection.wantInput(true);
    return handler;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof ByteBuf bytes && !ended) {
      untaken.add(bytes);
      offer();
    } else {
      ReferenceCountUtil.release(message);
    }
  }

  /** Any thread. */
  private void offerLater() {
    try {
      connection.pump.loop().execute(this::offer);
    } catch (RejectedExecutionException e) {
      Pump.LOG.log(System.Logger.Level.DEBUG, "the event loop has ended", e);
    }
  }

  private void offer() {
    for (ByteBuf next = untaken.peek(); next != null; next = untaken.peek()) {
      tunnel.take(next);
      if (next.isReadable()) {
        break;
      }
      untaken.remove().release();
    }
    if (!ended) {
      connection.wantInput(untaken.isEmpty());
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    Connection.failed(ctx, cause);
  }

  @Override
  public ChannelFuture data(ByteBuf bytes, boolean last) {
    return connection.channel.write(bytes);
  }

  @Override
  public void broken() {
    connection.closeHard();
  }

  @Override
  public void done() {
    ended();
    connection.channel.close();
  }

  /** Only marks the connection: the drain finishes the stream, and the connection ends with it. */
  @Override
  public void drain() {
    connection.draining = true;
  }

  @Override
  public boolean ping() {
    return false;
  }

  @Override
  public void ended() {
    ended = true;
    untaken.forEach(ByteBuf::release);
    untaken.clear();
  }
}
