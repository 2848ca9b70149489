package dev.rheo.edge;

import io.netty.buffer.ByteBuf;

/** A buffered body. It is drawn like any other, so that a slow peer costs no second copy. */
public final class BytesBody implements Body {

  private final byte[] bytes;
  private int position;

  /**
   * @param bytes must not be changed afterwards
   */
  public BytesBody(byte[] bytes) {
    this.bytes = bytes;
  }

  @Override
  public void onReady(Runnable wake) {}

  @Override
  public State draw(ByteBuf out) {
    int length = Math.min(out.writableBytes(), bytes.length - position);
    out.writeBytes(bytes, position, length);
    position += length;
    return position == bytes.length ? State.END : State.MORE;
  }

  @Override
  public void close() {}
}
