package dev.rheo.server.request;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HeavyPermitsTest {
  private static final Duration LONG = Duration.ofMinutes(1);

  private final HeavyPermits permits = new HeavyPermits(1);

  private CompletableFuture<Boolean> acquireAside() {
    int before = permits.waiting();
    CompletableFuture<Boolean> acquired = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                acquired.complete(permits.acquire(LONG));
              } catch (InterruptedException e) {
                acquired.completeExceptionally(e);
              }
            });
    while (permits.waiting() == before) {
      Thread.onSpinWait();
    }
    return acquired;
  }

  @Test
  void firstComeIsFirstServedAndNobodyOvertakes() throws Exception {
    assertThat(permits.tryAcquire()).isTrue();
    List<CompletableFuture<Boolean>> waiting = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      waiting.add(acquireAside());
    }
    for (CompletableFuture<Boolean> next : waiting) {
      assertThat(permits.tryAcquire()).isFalse();
      permits.release();
      assertThat(next.get(10, TimeUnit.SECONDS)).isTrue();
    }
    permits.release();
    assertThat(permits.tryAcquire()).isTrue();
  }

  @Test
  void whoIsRefusedOrWaitsTooLongTakesNoPermit() throws Exception {
    assertThat(permits.tryAcquire()).isTrue();
    CompletableFuture<Boolean> waiting = acquireAside();
    permits.refuseWaiting();
    assertThat(waiting.get(10, TimeUnit.SECONDS)).isFalse();
    assertThat(permits.acquire(Duration.ofMillis(1))).isFalse();
    assertThat(permits.waiting()).isZero();
    permits.release();
    assertThat(permits.acquire(LONG)).isTrue();
  }
}
