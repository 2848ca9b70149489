package dev.rheo.junit.fault;

import dev.rheo.api.status.ApiException;
import dev.rheo.edge.HttpRequest;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Holds requests before the server has seen them: for a time, or until they are released. */
final class Hold implements Effect {
  private final @Nullable Duration time;
  private volatile boolean ended;
  private final Set<CountDownLatch> held = ConcurrentHashMap.newKeySet();

  /**
   * @param time null to hold for ever
   */
  Hold(@Nullable Duration time) {
    this.time = time;
  }

  @Override
  public HttpRequest request(Met met, HttpRequest request) throws InterruptedException {
    CountDownLatch latch = new CountDownLatch(1);
    held.add(latch);
    try {
      if (ended) {
        // It was removed while this request met it.
        latch.countDown();
      }
      request.onCancel(latch::countDown);
      met.happened();
      Duration limit = time;
      if (limit == null) {
        latch.await();
      } else {
        // Ends before the time if the client has gone, or the request was released.
        boolean ignored = latch.await(limit.toNanos(), TimeUnit.NANOSECONDS);
      }
    } finally {
      held.remove(latch);
    }
    if (request.cancelled()) {
      // Nobody reads it.
      throw ApiException.serviceUnavailable("the client has gone");
    }
    return request;
  }

  @Override
  public void end() {
    ended = true;
    release();
  }

  @Override
  public void release() {
    held.forEach(CountDownLatch::countDown);
  }
}
