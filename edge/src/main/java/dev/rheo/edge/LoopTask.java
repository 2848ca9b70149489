package dev.rheo.edge;

import io.netty.channel.EventLoop;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A task that any thread may ask an event loop for. Asked for again before it has begun, it runs
 * once. Thread-safe.
 */
final class LoopTask {

  private final EventLoop loop;
  private final Runnable task;
  private final AtomicBoolean asked = new AtomicBoolean();

  LoopTask(EventLoop loop, Runnable task) {
    this.loop = loop;
    this.task = task;
  }

  void ask() {
    if (asked.compareAndSet(false, true)) {
      loop.execute(
          () -> {
            asked.set(false);
            task.run();
          });
    }
  }
}
