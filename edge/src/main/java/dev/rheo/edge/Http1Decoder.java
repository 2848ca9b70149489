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
 * Netty's HTTP/1 request decoder, limited to one request at a time. Pipelined requests stay
 * undecoded, at most one read of them, until {@link #next}. It is also stricter about white space
 * in the request line: RFC 9112 §3 lets a server be lenient, but the next server on the path may
 * not be, which enables request smuggling.
 */
final class Http1Decoder extends HttpRequestDecoder {

  /** The request line has an unsupported major version of HTTP. */
  static final class UnsupportedVersionException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    UnsupportedVersionException(String version) {
      super(version);
    }
  }

  /** Whether a request was decoded completely; it is answered before the next one is decoded. */
  private boolean held;

  private int wordEnd;
  private final Connection connection;

  Http1Decoder(HttpDecoderConfig config, Connection connection) {
    super(config);
    this.connection = connection;
  }

  /** Whether bytes were pipelined behind the request that is being answered. */
  boolean waits() {
    return held && actualReadableBytes() > 0;
  }

  /** Decodes the next request, if it has arrived. */
  void next(ChannelHandlerContext own) throws Exception {
    held = false;
    channelRead(own, Unpooled.EMPTY_BUFFER);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object input) throws Exception {
    super.channelRead(ctx, input);
    if (waits()) {
      connection.wantInput(false);
    }
  }

  /**
   * Unlike the superclass, does not read more when nothing was decoded, since that may be on
   * purpose.
   */
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
    // RFC 9110 §2.5: a request of a higher minor version is processed as of the highest known one.
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
