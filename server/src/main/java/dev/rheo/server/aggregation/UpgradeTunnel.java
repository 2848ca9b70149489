package dev.rheo.server.aggregation;

import dev.rheo.edge.Tunnel;
import io.netty.buffer.ByteBuf;

/** A connection to an extension server that was switched to another protocol for a client. */
final class UpgradeTunnel implements Tunnel {
  private final Pipe toClient;
  private final Pipe toExtension;
  private final Runnable onClose;
  private boolean finishing;

  /**
   * @param onClose called once; must not block
   */
  UpgradeTunnel(Pipe toClient, Pipe toExtension, Runnable onClose) {
    this.toClient = toClient;
    this.toExtension = toExtension;
    this.onClose = onClose;
  }

  @Override
  public void onReady(Runnable wake) {
    toClient.onBytes(wake);
  }

  @Override
  public void onRoom(Runnable resume) {
    toExtension.onRoom(resume);
  }

  @Override
  public void take(ByteBuf bytes) {
    toExtension.offer(bytes);
  }

  /** Either side may end it, in whatever way: the bytes before that arrive. */
  @Override
  public State draw(ByteBuf out) {
    toClient.drain(out);
    if (!toClient.isEmpty()) {
      return State.MORE;
    }
    return finishing || toClient.isOver() ? State.END : State.WAIT;
  }

  /** Where a message ends is not known here. */
  @Override
  public void finish() {
    finishing = true;
  }

  @Override
  public void close() {
    toClient.close();
    toExtension.close();
    onClose.run();
  }
}
