package dev.rheo.edge;

import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.DefaultHttp2PingFrame;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameStreamEvent;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2PingFrame;
import io.netty.handler.codec.http2.Http2RemoteFlowController;
import io.netty.handler.codec.http2.Http2SettingsAckFrame;
import io.netty.handler.codec.http2.Http2SettingsFrame;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.Http2WindowUpdateFrame;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import java.time.Duration;

/** Sets up connections that speak HTTP/2. */
final class Http2Connections {

  /** Initial flow-control windows of a stream and of a connection, in bytes. */
  private static final int STREAM_WINDOW = 64 << 10;

  private static final int CONNECTION_WINDOW = 1 << 20;

  /** Stream resets per window allowed to a peer whose address is among the {@link Offenders}. */
  private static final int OFFENDER_RESETS = 20;

  /**
   * Header fields that a connection may have read for streams that have not begun. A field that
   * HPACK indexes takes one byte on the wire and hundreds on the heap.
   */
  private static final int MOST_ANNOUNCED_FIELDS = 4000;

  /** How long to wait for the PING ACK that follows the first GOAWAY. */
  private static final Duration LAST_STREAM = Duration.ofSeconds(1);

  /** Payload of the PING that follows the first GOAWAY. */
  private static final long DRAIN_PING = 0x7268656f_2d627965L;

  private final EdgeContext edge;

  Http2Connections(EdgeContext edge) {
    this.edge = edge;
  }

  void configure(ChannelPipeline pipeline, Connection connection) {
    EdgeSettings.Limits limits = edge.settings.limits();
    int resets = limits.resetsPerWindow();
    if (edge.offenders.contains(connection.remote())) {
      resets = Math.min(resets, OFFENDER_RESETS);
    }
    Http2Allowance allowance = new Http2Allowance(resets, edge.clock::nanoTime);
    Http2FrameCodec codec = Http2Codec.build(limits, STREAM_WINDOW, allowance);
    codec.setCumulator(connection.kept);
    Flow flow = new Flow(edge, connection, codec, allowance);
    connection.protocol = flow;
    pipeline.addLast(
        codec,
        flow,
        new Http2MultiplexHandler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel stream) {
                stream.pipeline().addLast(new Http2StreamHandler(edge, connection, flow));
              }
            }),
        new Tail());
  }

  /**
   * Sits between the codec and the streams and tells the pump about the peer's flow-control
   * windows, which the stream channels do not expose.
   *
   * <p>A connection is drained as in RFC 9113 §6.8. The first GOAWAY still admits every stream, so
   * that requests in flight are served. A PING follows it. Once the peer has acknowledged the PING,
   * or failed to in time, the second GOAWAY names the last stream that was accepted. The connection
   * ends when the accepted streams are complete. A later request is known not to have been
   * processed.
   */
  static final class Flow extends ChannelDuplexHandler implements Connection.Protocol {

    private final EdgeContext edge;
    private final Connection connection;
    private final Http2FrameCodec codec;
    private final Http2Connection http2;
    private final Http2Allowance allowance;
    private final IntObjectMap<Exchange> exchanges = new IntObjectHashMap<>(4);
    private boolean lastStreamNamed;
    private int announced;

    /** Header fields of streams that were announced and have not begun. */
    private int announcedFields;

    Flow(EdgeContext edge, Connection connection, Http2FrameCodec codec, Http2Allowance allowance) {
      this.edge = edge;
      this.allowance = allowance;
      this.connection = connection;
      this.codec = codec;
      this.http2 = codec.connection();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) throws Http2Exception {
      http2
          .local()
          .flowController()
          .incrementWindowSize(http2.connectionStream(), CONNECTION_WINDOW - STREAM_WINDOW);
      ctx.flush();
    }

    /**
     * Ends the codec's streams, which fails the writes that wait in them. The codec does that when
     * the channel becomes inactive, but it has left the pipeline by now if the streams were closed
     * in turns.
     */
    @Override
    public void ended() {
      if (allowance.isSuspect()) {
        edge.offenders.add(connection.remote());
      }
      if (allowance.exceeded()) {
        edge.counters.refused(Counters.Refusal.CALM);
      }
      codec.encoder().close();
      codec.decoder().close();
      http2.close(connection.channel.voidPromise());
    }

    /**
     * Counts a stream whose header was read. It begins when the read is complete, unless it is
     * reset.
     *
     * @return true if too many header fields wait, so that the stream must begin at once
     */
    boolean announced(int fields) {
      announced++;
      announcedFields += fields;
      return announcedFields > MOST_ANNOUNCED_FIELDS;
    }

    void begunOrGone(int fields) {
      announced--;
      announcedFields -= fields;
      closeIfDone();
    }

    void opened(int streamId, Exchange exchange) {
      exchanges.put(streamId, exchange);
    }

    void closed(int streamId) {
      exchanges.remove(streamId);
      closeIfDone();
    }

    long streamWindow(int streamId) {
      Http2Stream stream = http2.stream(streamId);
      return stream == null ? 0 : flowController().windowSize(stream);
    }

    long connectionWindow() {
      return flowController().windowSize(http2.connectionStream());
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      connection.inputParsed();
      if (message instanceof Http2DataFrame data && data.stream() != null) {
        Exchange exchange = exchanges.get(data.stream().id());
        if (exchange != null && exchange.body.isWaitingForRoom()) {
          exchange.body.heldBack(data.initialFlowControlledBytes());
        }
      }
      if (message instanceof Http2PingFrame ping && ping.ack() && ping.content() == DRAIN_PING) {
        nameLastStream();
      }
      if (message instanceof Http2PingFrame
          || message instanceof Http2SettingsFrame
          || message instanceof Http2SettingsAckFrame) {
        // The codec has handled these frames.
        return;
      }
      if (message instanceof Http2WindowUpdateFrame update && update.stream() != null) {
        windowOpened(update.stream().id());
      }
      ctx.fireChannelRead(message);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      connection.inputParsed();
      if (event instanceof Http2FrameStreamEvent changed
          && changed.type() == Http2FrameStreamEvent.Type.Writability) {
        windowOpened(changed.stream().id());
      }
      ctx.fireUserEventTriggered(event);
    }

    @Override
    public void drain() {
      if (connection.draining) {
        return;
      }
      connection.draining = true;
      goAway(Integer.MAX_VALUE);
      connection.channel.writeAndFlush(new DefaultHttp2PingFrame(DRAIN_PING));
      edge.clock.schedule(connection.pump.loop(), this::nameLastStream, LAST_STREAM);
    }

    private void nameLastStream() {
      if (!lastStreamNamed && connection.channel.isActive()) {
        lastStreamNamed = true;
        goAway(0);
        closeIfDone();
      }
    }

    private void closeIfDone() {
      if (lastStreamNamed && exchanges.isEmpty() && announced == 0) {
        connection.channel.close();
      }
    }

    private void goAway(int extraStreams) {
      DefaultHttp2GoAwayFrame goAway = new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR);
      goAway.setExtraStreamIds(extraStreams);
      connection.channel.writeAndFlush(goAway);
    }

    @Override
    public boolean ping() {
      connection.channel.writeAndFlush(new DefaultHttp2PingFrame(edge.clock.nanoTime()));
      return true;
    }

    private void windowOpened(int streamId) {
      Exchange exchange = exchanges.get(streamId);
      BodyStream stream = exchange == null ? null : exchange.drawn();
      if (stream != null) {
        connection.pump.windowOpened(stream);
      }
    }

    private Http2RemoteFlowController flowController() {
      return http2.remote().flowController();
    }
  }

  /** The last handler of a connection's pipeline. */
  private static final class Tail extends ChannelInboundHandlerAdapter {

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      if (message instanceof Http2GoAwayFrame goAway) {
        goAway.release();
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      Pump.LOG.log(System.Logger.Level.DEBUG, "connection failed", cause);
      if (!(cause instanceof Http2Exception)) {
        // The codec reports and closes after an Http2Exception.
        ctx.close();
      }
    }
  }
}
