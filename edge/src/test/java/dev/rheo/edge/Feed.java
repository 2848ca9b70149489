package dev.rheo.edge;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** A watch whose events come from the test, at any time and from any thread. */
final class Feed implements Body {

  private final Queue<byte[]> events = new ConcurrentLinkedQueue<>();
  private volatile State atEnd = State.WAIT;
  private volatile Runnable wake = () -> {};
  private int offset;
  final AtomicInteger closed = new AtomicInteger();
  final AtomicLong drawn = new AtomicLong();

  Feed give(String event) {
    events.add(event.getBytes(StandardCharsets.UTF_8));
    wake.run();
    return this;
  }

  /** Sets how the stream ends once all events are drawn. */
  Feed end(State state) {
    atEnd = state;
    wake.run();
    return this;
  }

  @Override
  public void onReady(Runnable wake) {
    this.wake = wake;
  }

  @Override
  public State draw(ByteBuf out) {
    State end = atEnd;
    for (byte[] event = events.peek(); event != null; event = events.peek()) {
      int length = Math.min(out.writableBytes(), event.length - offset);
      out.writeBytes(event, offset, length);
      drawn.addAndGet(length);
      offset += length;
      if (offset < event.length) {
        return State.MORE;
      }
      events.remove();
      offset = 0;
    }
    return end;
  }

  @Override
  public void finish() {
    end(State.END);
  }

  @Override
  public void close() {
    closed.incrementAndGet();
  }
}
