package dev.rheo.server.verb.read;

import dev.rheo.server.http.Body;
import io.netty.buffer.ByteBuf;

/** A body of a few bytes at hand. */
final class FixedBody implements Body {

  private final byte[] bytes;
  private int position;

  FixedBody(byte[] bytes) {
    this.bytes = bytes;
  }

  @Override
  public void onReady(Runnable wake) {}

  @Override
  public State draw(ByteBuf out) {
    int n = Math.min(bytes.length - position, out.writableBytes());
    out.writeBytes(bytes, position, n);
    position += n;
    return position == bytes.length ? State.END : State.MORE;
  }

  @Override
  public void close() {}
}
