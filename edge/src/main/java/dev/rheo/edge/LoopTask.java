package dev.rheo.edge;

import io.netty.channel.EventLoop;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongConsumer;

/**
 * A task that any thread may ask an event loop for. Asked for again before it has begun, it runs
 * once, with what the first said. Thread-safe.
 */
final class LoopTask {

  private final EventLoop loop;
  private final LongConsumer task;
  private final AtomicBoolean asked = new AtomicBoolean();

  LoopTask(EventLoop loop, Runnable task) {
    this(loop, _ -> task.run());
  }

  /**
   * @param task gets the number that was given to {@link #ask(long)}
   */
  LoopTask(EventLoop loop, LongConsumer task) {
    this.loop = loop;
    this.task = task;
  }

  void ask() {
    ask(0);
  }

  void ask(long number) {
    if (asked.compareAndSet(false, true)) {
      loop.execute(
          () -> {
            asked.set(false);
            task.accept(number);
          });
    }
  }
}
