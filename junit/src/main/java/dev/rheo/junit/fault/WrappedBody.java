package dev.rheo.junit.fault;

import dev.rheo.edge.Body;
import io.netty.buffer.ByteBuf;

/** A body that is drawn from another one. */
class WrappedBody implements Body {
  private final Body body;
  private volatile Runnable wake = () -> {};

  WrappedBody(Body body) {
    this.body = body;
  }

  @Override
  public void onReady(Runnable newWake) {
    wake = newWake;
    body.onReady(newWake);
  }

  /** Has the body drawn from again. */
  final void wake() {
    wake.run();
  }

  @Override
  public State draw(ByteBuf out) {
    return body.draw(out);
  }

  @Override
  public void finish() {
    body.finish();
  }

  @Override
  public boolean isOverdue() {
    return body.isOverdue();
  }

  @Override
  public void close() {
    body.close();
  }
}
