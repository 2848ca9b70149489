package dev.rheo.client.official;

import dev.rheo.client.reflector.Timing;
import java.time.Duration;

/** Ends a stream in which nothing comes for some time. Each event only moves a number. */
final class Silence implements AutoCloseable {

  private final Timing timing;
  private final Duration patience;
  private final Runnable end;
  private volatile long heard;

  // Guarded by this.
  private Runnable cancel = () -> {};
  private boolean closed;

  Silence(Timing timing, Duration patience, Runnable end) {
    this.timing = timing;
    this.patience = patience;
    this.end = end;
    over();
    order(patience);
  }

  /** Something has come. */
  void over() {
    heard = timing.now();
  }

  private synchronized void order(Duration wait) {
    if (!closed) {
      cancel = timing.later(wait, this::look);
    }
  }

  private void look() {
    Duration left = patience.minusNanos(timing.now() - heard);
    if (left.isNegative() || left.isZero()) {
      synchronized (this) {
        if (!closed) {
          end.run();
        }
      }
    } else {
      order(left);
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    cancel.run();
  }
}
