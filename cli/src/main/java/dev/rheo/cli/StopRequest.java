package dev.rheo.cli;

import java.util.concurrent.CountDownLatch;
import sun.misc.Signal;

/**
 * That the process was asked to end. The first SIGTERM or SIGINT asks, the second ends it at once
 * with the exit code that a shell gives to that signal.
 *
 * <p>A shutdown hook would not do: the JVM then exits with 143, and takes no notice of a second
 * signal.
 */
final class StopRequest {
  private final CountDownLatch requested = new CountDownLatch(1);
  private final boolean signals;

  private StopRequest(boolean signals) {
    this.signals = signals;
  }

  static StopRequest bySignal() {
    return new StopRequest(true);
  }

  /** One that only {@link #request} makes. */
  static StopRequest byCall() {
    return new StopRequest(false);
  }

  void install() {
    if (signals) {
      for (String name : new String[] {"TERM", "INT"}) {
        Signal.handle(new Signal(name), this::onSignal);
      }
    }
  }

  private void onSignal(Signal signal) {
    if (requested()) {
      Runtime.getRuntime().halt(128 + signal.getNumber());
    }
    request();
  }

  void request() {
    requested.countDown();
  }

  boolean requested() {
    return requested.getCount() == 0;
  }

  void await() throws InterruptedException {
    requested.await();
  }
}
