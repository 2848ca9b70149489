package dev.rheo.server.aggregation;

import dev.rheo.edge.Body;
import io.netty.buffer.ByteBuf;

/** The body of an extension server's answer, as it comes. */
final class RelayBody implements Body {
  private final Pipe pipe;
  private final Runnable onClose;
  private boolean finishing;
  private boolean betweenLines = true;

  /**
   * @param onClose called once; must not block
   */
  RelayBody(Pipe pipe, Runnable onClose) {
    this.pipe = pipe;
    this.onClose = onClose;
  }

  /** A body without bytes. */
  static RelayBody empty() {
    Pipe none = new Pipe(0);
    none.end(true);
    return new RelayBody(none, () -> {});
  }

  @Override
  public void onReady(Runnable wake) {
    pipe.onBytes(wake);
  }

  @Override
  public State draw(ByteBuf out) {
    pipe.drain(out);
    if (out.isReadable()) {
      betweenLines = out.getByte(out.writerIndex() - 1) == '\n';
    }
    if (pipe.isOver()) {
      return pipe.isComplete() ? State.END : State.ABORT;
    }
    if (!pipe.isEmpty()) {
      return State.MORE;
    }
    return finishing && betweenLines ? State.END : State.WAIT;
  }

  /**
   * An event in JSON ends with its line, so that a watch is not cut within one. Where no line ends,
   * the edge cuts it.
   */
  @Override
  public void finish() {
    finishing = true;
  }

  @Override
  public void close() {
    pipe.close();
    onClose.run();
  }
}
