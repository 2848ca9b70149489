package dev.rheo.junit.fault;

import java.util.concurrent.atomic.AtomicBoolean;

/** A request that a fault has taken. It is settled once: it was disturbed, or it was not. */
final class Met {
  private final Fault fault;
  private final ApiRequest request;
  private final AtomicBoolean settled = new AtomicBoolean();

  Met(Fault fault, ApiRequest request) {
    this.fault = fault;
    this.request = request;
  }

  ApiRequest request() {
    return request;
  }

  Effect effect() {
    return fault.effect();
  }

  /** The request is disturbed now. */
  void happened() {
    if (!settled.getAndSet(true)) {
      fault.happened();
    }
  }

  /** The request has ended. If it was not disturbed, another one may be. */
  void ended() {
    if (!settled.getAndSet(true)) {
      fault.missed();
    }
  }
}
