package dev.rheo.edge;

import io.netty.buffer.ByteBuf;

/**
 * The bytes of a connection that was switched to another protocol: those to the peer are drawn, as
 * of every {@link Body}, those from the peer are {@linkplain #take taken}. What they mean is not
 * known here. The connection ends when either side ends it.
 *
 * <p>As those of a body, the methods are called by the stream's event loop only and must not block.
 */
public interface Tunnel extends Body {

  /**
   * Sets what is to be run when there is room again for bytes of the peer, once, before the first
   * {@link #take}. It may run on any thread, at any time and more often than needed.
   */
  void onRoom(Runnable resume);

  /**
   * Takes bytes that the peer sent, as many as there is room for. The rest is offered again when
   * there is room; meanwhile the peer is not read from.
   */
  void take(ByteBuf bytes);
}
