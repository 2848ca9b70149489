package dev.rheo.server.outbound;

import java.util.concurrent.atomic.AtomicReference;

/**
 * Closes a connection when time is over, whatever the thread that uses it waits for. Thread-safe.
 */
public final class Deadline implements AutoCloseable {
  private enum State {
    RUNNING,
    ENDED,
    PASSED
  }

  private final AtomicReference<State> state = new AtomicReference<>(State.RUNNING);
  private final Thread watch;

  /**
   * @param deadline as {@link System#nanoTime}
   */
  public Deadline(Connection connection, long deadline) {
    this.watch =
        Thread.ofVirtual()
            .name("call-deadline")
            .start(
                () -> {
                  try {
                    long left = deadline - System.nanoTime();
                    if (left > 0) {
                      Thread.sleep(left / 1_000_000, (int) (left % 1_000_000));
                    }
                  } catch (InterruptedException e) {
                    return;
                  }
                  if (state.compareAndSet(State.RUNNING, State.PASSED)) {
                    connection.close();
                  }
                });
  }

  /** Whether it has closed the connection. */
  public boolean passed() {
    return state.get() == State.PASSED;
  }

  /** Ends the watch; false if the connection was closed already. */
  public boolean end() {
    boolean ended = state.compareAndSet(State.RUNNING, State.ENDED) || state.get() == State.ENDED;
    watch.interrupt();
    return ended;
  }

  @Override
  public void close() {
    end();
  }
}
