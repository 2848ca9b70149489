package dev.rheo.edge;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;

/** What an HTTP/1.1 connection was switched to. It ends with its one stream. Event loop only. */
interface SwitchedProtocol extends Connection.Protocol {

  /** Writes bytes of the stream. The last ones end it. */
  ChannelFuture data(ByteBuf bytes, boolean last);

  /** Ends a stream that broke off, so that the peer does not take it for complete. */
  void broken();

  /** Called at the end of the stream. */
  void done();
}
