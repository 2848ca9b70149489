package dev.rheo.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rheo.testing.Await;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PlatformPoolTest {
  private static final int MAX_WAITING = 50;

  private final PlatformPool pool = new PlatformPool("test-pool", 2, MAX_WAITING);
  private final CountDownLatch disk = new CountDownLatch(1);

  @AfterEach
  void close() {
    disk.countDown();
    pool.close();
  }

  private static <T> CompletableFuture<T> onVirtualThread(PlatformPool.Call<T, ?> what) {
    CompletableFuture<T> outcome = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                outcome.complete(what.run());
              } catch (Throwable e) {
                outcome.completeExceptionally(e);
              }
            });
    return outcome;
  }

  private static void until(BooleanSupplier condition) {
    Await.until("the pool gets there", condition::getAsBoolean);
  }

  private int await(int result) {
    try {
      disk.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return result;
  }

  @Test
  void aVirtualThreadIsSparedAndAPlatformThreadIsNot() throws Exception {
    assertThat(onVirtualThread(() -> pool.call(Thread::currentThread)).get().isVirtual()).isFalse();
    assertThat(pool.<Thread, RuntimeException>call(Thread::currentThread))
        .isSameAs(Thread.currentThread());
  }

  @Test
  void moreThanMayWaitAreRefusedAndTheOthersServedInTurn() throws Exception {
    List<CompletableFuture<Integer>> calls = new ArrayList<>();
    for (int i = 0; i < 2 + MAX_WAITING; i++) {
      int result = i;
      calls.add(onVirtualThread(() -> pool.call(() -> await(result))));
      int begun = i + 1;
      until(() -> pool.pending() == begun);
    }
    assertThat(pool.waiting()).isEqualTo(MAX_WAITING);
    assertThatThrownBy(() -> onVirtualThread(() -> pool.call(() -> 0)).get())
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(PlatformPool.BusyException.class);
    disk.countDown();
    for (int i = 0; i < calls.size(); i++) {
      assertThat(calls.get(i).get(30, TimeUnit.SECONDS)).isEqualTo(i);
    }
    until(() -> pool.pending() == 0);
    assertThat(onVirtualThread(() -> pool.call(() -> 7)).get()).isEqualTo(7);
  }

  @Test
  void whatWasTakenBackIsNotRunAndLeavesNothing() throws Exception {
    pool.submit(() -> await(0));
    pool.submit(() -> await(0));
    until(() -> pool.waiting() == 0);
    List<Integer> ran = Collections.synchronizedList(new ArrayList<>());
    List<PlatformPool.Task> tasks = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) {
      int number = i;
      tasks.add(pool.submit(() -> ran.add(number)));
    }
    assertThat(pool.waiting()).isEqualTo(100_000);
    for (int i = 0; i < tasks.size(); i++) {
      if (i != 17 && i != 70_000) {
        assertThat(tasks.get(i).cancel()).isTrue();
      }
    }
    assertThat(pool.waiting()).isEqualTo(2);
    disk.countDown();
    until(() -> pool.pending() == 0);
    assertThat(ran).containsExactlyInAnyOrder(17, 70_000);
    assertThat(tasks.get(17).cancel()).isFalse();
  }

  @Test
  void failuresReachTheCallerAndKillNoThread() throws Exception {
    for (int i = 0; i < 10; i++) {
      pool.submit(
          () -> {
            throw new IllegalStateException("as the test wants it");
          });
    }
    assertThatThrownBy(
            () ->
                onVirtualThread(
                        () ->
                            pool.call(
                                () -> {
                                  throw new IOException("no disk");
                                }))
                    .get())
        .hasCauseInstanceOf(IOException.class)
        .hasMessageContaining("no disk");
    until(() -> pool.pending() == 0);
  }

  @Test
  void aFailureThatCannotBeLoggedKillsNoThreadEither() throws Exception {
    try (BrokenLog _ = new BrokenLog(PlatformPool.class)) {
      for (int i = 0; i < 10; i++) {
        pool.submit(
            () -> {
              throw new IllegalStateException("as the test wants it");
            });
      }
      until(() -> pool.pending() == 0);
    }
    assertThat(onVirtualThread(() -> pool.call(() -> 7)).get(30, TimeUnit.SECONDS)).isEqualTo(7);
  }

  @Test
  void aClosedPoolRefuses() {
    pool.close();
    assertThatThrownBy(() -> pool.submit(() -> {})).isInstanceOf(RejectedExecutionException.class);
    assertThatThrownBy(() -> onVirtualThread(() -> pool.call(() -> 0)).get())
        .hasCauseInstanceOf(RejectedExecutionException.class);
    assertThat(pool.pending()).isZero();
  }
}
