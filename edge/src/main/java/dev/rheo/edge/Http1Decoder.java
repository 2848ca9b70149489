package dev.rheo.edge;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.List;

/**
 * Netty's decoder of HTTP/1 requests, one request at a time: what a client pipelines after it stays
 * what it is on the wire, bytes, of one read at most, until {@link #next} asks for it. Stricter
 * about the request line: RFC 9112 §3 lets a server be lenient about its blanks, and the next one
 * on the path not, which is how requests are smuggled.
 */
final class Http1Decoder extends HttpRequestDecoder {

  /** The request line names a major version of HTTP that is not spoken here. */
  static final class UnsupportedVersionException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    UnsupportedVersionException(String version) {
      super(version);
    }
  }

  /** A request was decoded to its end; it is answered before the next one is looked at. */
  private boolean held;

  private int wordEnd;

  Http1Decoder(HttpDecoderConfig config) {
    super(config);
  }

  /** Whether something was sent behind the request that is being answered. */
  boolean waits() {
    return held && actualReadableBytes() > 0;
  }

  /** Decodes the next request, if it is there. */
  void next(ChannelHandlerContext own) throws Exception {
    held = false;
    channelRead(own, Unpooled.EMPTY_BUFFER);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object input) throws Exception {
    super.channelRead(ctx, input);
    if (waits()) {
      ctx.channel().config().setAutoRead(false);
    }
  }

  /** Unlike others, does not ask for more when nothing was decoded: that may be on purpose. */
  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    discardSomeReadBytes();
    ctx.fireChannelReadComplete();
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf buffer, List<Object> out)
      throws Exception {
    if (held) {
      return;
    }
    super.decode(ctx, buffer, out);
    if (!out.isEmpty()
        && out.getLast() instanceof LastHttpContent last
        && last.decoderResult().isSuccess()) {
      held = true;
    }
  }

  @Override
  protected HttpMessage createMessage(String[] line) throws Exception {
    // RFC 9110 §2.5: what only the minor version changes is understood by whoever knows an older.
    String version = line[2];
    if (version.length() != 8
        || !version.startsWith("HTTP/")
        || !isDigit(version.charAt(5))
        || version.charAt(6) != '.'
        || !isDigit(version.charAt(7))) {
      throw new IllegalArgumentException("malformed version");
    }
    if (version.charAt(5) != '1') {
      throw new UnsupportedVersionException(version);
    }
    line[2] = (version.charAt(7) == '0' ? HttpVersion.HTTP_1_0 : HttpVersion.HTTP_1_1).text();
    return super.createMessage(line);
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  @Override
  protected String splitFirstWordInitialLine(byte[] line, int start, int length) {
    if (start != 0) {
      throw new IllegalArgumentException("a blank before the method");
    }
    wordEnd = length;
    return super.splitFirstWordInitialLine(line, start, length);
  }

  @Override
  protected String splitSecondWordInitialLine(byte[] line, int start, int length) {
    requireOneSpace(line, start);
    wordEnd = start + length;
    return super.splitSecondWordInitialLine(line, start, length);
  }

  @Override
  protected String splitThirdWordInitialLine(byte[] line, int start, int length) {
    requireOneSpace(line, start);
    return super.splitThirdWordInitialLine(line, start, length);
  }

  private void requireOneSpace(byte[] line, int start) {
    if (start != wordEnd + 1 || line[wordEnd] != ' ') {
      throw new IllegalArgumentException("the words of a request line are apart by one space");
    }
  }
}
