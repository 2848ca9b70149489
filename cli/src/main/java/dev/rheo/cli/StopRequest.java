package dev.rheo.cli;

import java.util.concurrent.CountDownLatch;
import sun.misc.Signal;

/**
 * A request to end the process. The first SIGTERM or SIGINT makes the request, the second ends the
 * process at once, with the exit code that shells report for that signal.
 *
 * <p>A shutdown hook would not do: the JVM would exit with 143 and ignore a second signal.
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

  /** A request that is made only by {@link #request}, not by a signal. */
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
