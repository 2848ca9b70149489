package dev.rheo.server.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rheo.api.status.ApiException;
import dev.rheo.edge.HttpHeaders;
import dev.rheo.edge.HttpRequest;
import dev.rheo.edge.HttpResponse;
import dev.rheo.edge.RequestClass;
import dev.rheo.server.metrics.SeatStats;
import dev.rheo.testing.Await;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SeatsTest {

  private static final HttpRequest REQUEST =
      HttpRequest.of("GET", "/api/v1/pods", new HttpHeaders(), new byte[0]);

  private static HttpResponse run(Seats seats, RequestClass kind, Callable<HttpResponse> rest)
      throws Exception {
    return seats.run(kind, REQUEST, rest);
  }

  private static HttpResponse done() {
    return HttpResponse.empty(200);
  }

  @Test
  void aRequestWaitsForASeatAndOnlySoManyWait() throws Exception {
    Seats seats = new Seats(new Seats.Limits(1, 1, 1, Duration.ofMinutes(10)));
    CountDownLatch seated = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    FutureTask<HttpResponse> first =
        new FutureTask<>(
            () ->
                run(
                    seats,
                    RequestClass.READ,
                    () -> {
                      seated.countDown();
                      leave.await();
                      return done();
                    }));
    FutureTask<HttpResponse> second =
        new FutureTask<>(() -> run(seats, RequestClass.READ, SeatsTest::done));
    Thread.ofPlatform().start(first);
    seated.await();
    Thread waiting = Thread.ofPlatform().start(second);
    Await.until("it waits", () -> waiting.getState() == Thread.State.TIMED_WAITING);
    assertThatThrownBy(() -> run(seats, RequestClass.READ, SeatsTest::done))
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> {
              assertThat(e.code()).isEqualTo(429);
              assertThat(e.status().retryAfterSeconds()).isEqualTo(1);
            });
    assertThat(seats.stats()).isEqualTo(new SeatStats(1, 0, 1, 0));
    // Writes have their own seats; health checks and watches need none.
    for (RequestClass other :
        new RequestClass[] {
          RequestClass.MUTATING, RequestClass.EXEMPT, RequestClass.LONG_RUNNING
        }) {
      assertThat(run(seats, other, SeatsTest::done).status()).isEqualTo(200);
    }
    leave.countDown();
    assertThat(first.get().status()).isEqualTo(200);
    assertThat(second.get().status()).isEqualTo(200);
    assertThat(seats.stats()).isEqualTo(new SeatStats(0, 0, 1, 0));
  }
}
