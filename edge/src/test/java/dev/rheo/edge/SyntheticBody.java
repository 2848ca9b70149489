package dev.rheo.edge;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** A body of a given length whose bytes are a function of their position. Counts calls of close. */
final class SyntheticBody implements Body {

  static final int PERIOD = 64 * 1024 + 1;
  private static final byte[] PATTERN = new byte[PERIOD];

  static {
    for (int i = 0; i < PERIOD; i++) {
      PATTERN[i] = (byte) (i * 31 + (i >> 8));
    }
  }

  private final long length;
  private final State atEnd;
  final AtomicInteger closed = new AtomicInteger();
  final AtomicLong position = new AtomicLong();

  SyntheticBody(long length) {
    this(length, State.END);
  }

  SyntheticBody(long length, State atEnd) {
    this.length = length;
    this.atEnd = atEnd;
  }

  static byte at(long position) {
    return PATTERN[(int) (position % PERIOD)];
  }

  static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = at(i);
    }
    return bytes;
  }

  @Override
  public void onReady(Runnable wake) {}

  @Override
  public State draw(ByteBuf out) {
    long at = position.get();
    while (out.isWritable() && at < length) {
      int offset = (int) (at % PERIOD);
      int run = (int) Math.min(Math.min(PERIOD - offset, out.writableBytes()), length - at);
      out.writeBytes(PATTERN, offset, run);
      at += run;
    }
    position.set(at);
    return at == length ? atEnd : State.MORE;
  }

  @Override
  public void close() {
    closed.incrementAndGet();
  }
}
