package dev.rheo.edge;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.DecoratingHttp2ConnectionEncoder;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionDecoder;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionEncoder;
import io.netty.handler.codec.http2.DefaultHttp2FrameReader;
import io.netty.handler.codec.http2.DefaultHttp2FrameWriter;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2FrameReader;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2LifecycleManager;
import io.netty.handler.codec.http2.Http2PromisedRequestVerifier;
import io.netty.handler.codec.http2.Http2Settings;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Netty's HTTP/2 codec, with every received frame and every frame that the codec itself sends in
 * reply counted in an {@link Http2Allowance}. Netty's own limits on resets are disabled, because
 * they see only frames that reach a stream, and only some error codes.
 */
final class Http2Codec extends Http2FrameCodecBuilder {

  /**
   * Nearly empty CONTINUATION frames in one header block (as in CVE-2024-27316). The size of the
   * block has its own limit.
   */
  private static final int SMALL_CONTINUATIONS = 16;

  /** Consecutive empty DATA frames. Each also counts as a control frame (CVE-2019-9518). */
  private static final int EMPTY_DATA = 10;

  /**
   * Acknowledgements and resets that wait for a peer that does not read (CVE-2019-9512, -9514,
   * -9515), in addition to one reset per stream. Each holds some hundred bytes of heap.
   */
  private static final int WAITING_CONTROL_FRAMES = 256;

  private static final long CLOSE_MILLIS = 1000;

  private Http2Codec() {}

  static Http2FrameCodec build(EdgeSettings.Limits limits, int window, Http2Allowance allowance) {
    Http2Connection connection = new DefaultHttp2Connection(true);
    boolean validate = true;
    Http2FrameReader reader =
        new DefaultHttp2FrameReader(
            new DefaultHttp2HeadersDecoder(validate, limits.requestHeaderBytes()),
            SMALL_CONTINUATIONS);
    Http2ConnectionEncoder encoder =
        new Counted(
            new DefaultHttp2ConnectionEncoder(connection, new DefaultHttp2FrameWriter()),
            allowance,
            WAITING_CONTROL_FRAMES + limits.streamsPerConnection());
    DefaultHttp2ConnectionDecoder decoder =
        new DefaultHttp2ConnectionDecoder(
            connection,
            encoder,
            new CountingReader(reader, allowance),
            Http2PromisedRequestVerifier.ALWAYS_VERIFY,
            /* autoAckSettings= */ true,
            /* autoAckPing= */ true,
            validate,
            /* validateRequiredPseudoHeaders= */ true);
    Http2Codec builder = new Http2Codec();
    builder
        .initialSettings(
            Http2Settings.defaultSettings()
                .maxConcurrentStreams(limits.streamsPerConnection())
                .initialWindowSize(window)
                .maxHeaderListSize(limits.requestHeaderBytes()))
        .gracefulShutdownTimeoutMillis(CLOSE_MILLIS)
        .decoderEnforceMaxConsecutiveEmptyDataFrames(EMPTY_DATA)
        .decoderEnforceMaxRstFramesPerWindow(0, 0);
    builder.codec(decoder, encoder);
    return builder.build();
  }

  /** Passes every frame that was read to the allowance first. */
  private static final class CountingReader implements Http2FrameReader {

    private final Http2FrameReader reader;
    private final Http2Allowance allowance;
    private @Nullable Http2FrameListener known;
    private @Nullable Http2FrameListener counting;

    CountingReader(Http2FrameReader reader, Http2Allowance allowance) {
      this.reader = reader;
      this.allowance = allowance;
    }

    @Override
    public void readFrame(ChannelHandlerContext ctx, ByteBuf input, Http2FrameListener listener)
        throws Http2Exception {
      if (known != listener) {
        known = listener;
        counting = new CountingListener(listener, allowance);
      }
      reader.readFrame(ctx, input, Objects.requireNonNull(counting));
    }

    @Override
    public Configuration configuration() {
      return reader.configuration();
    }

    @Override
    public void close() {
      reader.close();
    }
  }

  private static final class CountingListener extends Http2FrameListenerDecorator {

    private final Http2Allowance allowance;

    CountingListener(Http2FrameListener listener, Http2Allowance allowance) {
      super(listener);
      this.allowance = allowance;
    }

    @Override
    public int onDataRead(
        ChannelHandlerContext ctx, int streamId, ByteBuf data, int padding, boolean endOfStream)
        throws Http2Exception {
      if (!data.isReadable() && !endOfStream) {
        allowance.controlFrame();
      }
      return super.onDataRead(ctx, streamId, data, padding, endOfStream);
    }

    @Override
    public void onPriorityRead(
        ChannelHandlerContext ctx, int streamId, int dependency, short weight, boolean exclusive)
        throws Http2Exception {
      allowance.controlFrame();
      super.onPriorityRead(ctx, streamId, dependency, weight, exclusive);
    }

    @Override
    public void onRstStreamRead(ChannelHandlerContext ctx, int streamId, long errorCode)
        throws Http2Exception {
      allowance.streamBroken();
      super.onRstStreamRead(ctx, streamId, errorCode);
    }

    @Override
    public void onSettingsAckRead(ChannelHandlerContext ctx) throws Http2Exception {
      allowance.controlFrame();
      super.onSettingsAckRead(ctx);
    }

    @Override
    public void onSettingsRead(ChannelHandlerContext ctx, Http2Settings settings)
        throws Http2Exception {
      allowance.settings(settings.size());
      super.onSettingsRead(ctx, settings);
    }

    @Override
    public void onPingRead(ChannelHandlerContext ctx, long data) throws Http2Exception {
      allowance.controlFrame();
      super.onPingRead(ctx, data);
    }

    @Override
    public void onPingAckRead(ChannelHandlerContext ctx, long data) throws Http2Exception {
      allowance.controlFrame();
      super.onPingAckRead(ctx, data);
    }

    @Override
    public void onGoAwayRead(
        ChannelHandlerContext ctx, int lastStreamId, long errorCode, ByteBuf debugData)
        throws Http2Exception {
      allowance.controlFrame();
      super.onGoAwayRead(ctx, lastStreamId, errorCode, debugData);
    }

    @Override
    public void onWindowUpdateRead(ChannelHandlerContext ctx, int streamId, int increment)
        throws Http2Exception {
      allowance.controlFrame();
      super.onWindowUpdateRead(ctx, streamId, increment);
    }

    @Override
    public void onUnknownFrame(
        ChannelHandlerContext ctx, byte type, int streamId, Http2Flags flags, ByteBuf payload)
        throws Http2Exception {
      allowance.controlFrame();
      super.onUnknownFrame(ctx, type, streamId, flags, payload);
    }
  }

  /**
   * Counts outbound frames: responses, which earn control frames, resets, and replies that wait for
   * a peer that does not read.
   */
  private static final class Counted extends DecoratingHttp2ConnectionEncoder {

    private final Http2Allowance allowance;
    private final int mostWaiting;
    private int waiting;
    private boolean ended;
    private @Nullable Http2LifecycleManager lifecycle;

    Counted(Http2ConnectionEncoder encoder, Http2Allowance allowance, int mostWaiting) {
      super(encoder);
      this.allowance = allowance;
      this.mostWaiting = mostWaiting;
    }

    @Override
    public void lifecycleManager(Http2LifecycleManager manager) {
      lifecycle = manager;
      super.lifecycleManager(manager);
    }

    @Override
    public ChannelFuture writeData(
        ChannelHandlerContext ctx,
        int streamId,
        ByteBuf data,
        int padding,
        boolean endStream,
        ChannelPromise promise) {
      allowance.carried(data.readableBytes());
      return super.writeData(ctx, streamId, data, padding, endStream, promise);
    }

    @Override
    public ChannelFuture writeHeaders(
        ChannelHandlerContext ctx,
        int streamId,
        Http2Headers headers,
        int padding,
        boolean endStream,
        ChannelPromise promise) {
      allowance.carried(0);
      // A 1xx response is not final.
      if (headers.status() != null && headers.status().charAt(0) != '1') {
        allowance.streamAnswered();
      }
      return super.writeHeaders(ctx, streamId, headers, padding, endStream, promise);
    }

    @Override
    public ChannelFuture writeSettingsAck(ChannelHandlerContext ctx, ChannelPromise promise) {
      return mayWait(ctx) ? super.writeSettingsAck(ctx, counted(promise)) : refused(promise);
    }

    @Override
    public ChannelFuture writePing(
        ChannelHandlerContext ctx, boolean ack, long data, ChannelPromise promise) {
      if (!ack) {
        return super.writePing(ctx, false, data, promise);
      }
      return mayWait(ctx) ? super.writePing(ctx, true, data, counted(promise)) : refused(promise);
    }

    @Override
    public ChannelFuture writeRstStream(
        ChannelHandlerContext ctx, int streamId, long errorCode, ChannelPromise promise) {
      if (!mayWait(ctx)) {
        return refused(promise);
      }
      ChannelFuture written = super.writeRstStream(ctx, streamId, errorCode, counted(promise));
      // With these codes the server does not want the rest or has failed, so the peer is not at
      // fault.
      if (errorCode != Http2Error.NO_ERROR.code()
          && errorCode != Http2Error.INTERNAL_ERROR.code()
          && !allowance.exceeded()) {
        try {
          allowance.streamBroken();
        } catch (Http2Exception e) {
          end(ctx, e);
        }
      }
      return written;
    }

    private boolean mayWait(ChannelHandlerContext ctx) {
      if (waiting >= mostWaiting) {
        ctx.flush();
      }
      if (waiting < mostWaiting) {
        return !ended;
      }
      if (!ended) {
        end(ctx, allowance.exceed("answers are not read"));
      }
      return false;
    }

    private ChannelPromise counted(ChannelPromise promise) {
      waiting++;
      return promise.unvoid().addListener(f -> waiting--);
    }

    private static ChannelFuture refused(ChannelPromise promise) {
      return promise.unvoid().setFailure(new IllegalStateException("the connection is ending"));
    }

    private void end(ChannelHandlerContext ctx, Http2Exception why) {
      ended = true;
      Http2LifecycleManager manager = lifecycle;
      if (manager != null) {
        manager.onError(ctx, true, why);
      }
      ctx.close();
    }
  }
}
