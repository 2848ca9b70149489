package dev.rheo.server.controller.garbage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.server.controller.garbage.WorkQueue.Item;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class WorkQueueTest {
  private static final Item A = new Item(1, "ns/a");
  private static final Item B = new Item(1, "ns/b");
  private static final Item C = new Item(2, "ns/a");

  private volatile long now;
  private final WorkQueue queue = new WorkQueue(2, () -> now);

  @Test
  void anItemIsInItOnce() throws Exception {
    assertThat(queue.add(A)).isTrue();
    assertThat(queue.add(A)).isTrue();
    assertThat(queue.add(B)).isTrue();
    assertThat(queue.add(C)).as("full").isFalse();
    assertThat(queue.add(B)).as("there already").isTrue();
    assertThat(queue.take()).isEqualTo(A);
    assertThat(queue.add(C)).isTrue();
    assertThat(queue.take()).isEqualTo(B);
    assertThat(queue.take()).isEqualTo(C);
    assertThat(queue.pending()).isEqualTo(3);
    queue.done(A);
    queue.done(B);
    queue.done(C);
    assertThat(queue.pending()).isZero();
  }

  @Test
  void anItemAddedWhileItRunsRunsAgain() throws Exception {
    queue.add(A);
    assertThat(queue.take()).isEqualTo(A);
    queue.add(A);
    queue.add(A);
    assertThat(queue.pending()).isEqualTo(1);
    queue.done(A);
    assertThat(queue.take()).isEqualTo(A);
    queue.done(A);
    assertThat(queue.pending()).isZero();
  }

  @Test
  void whatFailedComesBackLaterEachTimeLaterStill() throws Exception {
    queue.add(A);
    long delay = WorkQueue.FIRST_DELAY.toNanos();
    for (int i = 0; i < 30; i++) {
      assertThat(queue.take()).isEqualTo(A);
      queue.failed(A);
      queue.add(B);
      now += delay - 1;
      assertThat(queue.take()).as("A is not due after %d", i).isEqualTo(B);
      queue.done(B);
      now += 1;
      delay = Math.min(2 * delay, WorkQueue.LAST_DELAY.toNanos());
    }
    assertThat(queue.take()).isEqualTo(A);
    queue.done(A);
    queue.add(A);
    assertThat(queue.take()).isEqualTo(A);
    queue.failed(A);
    now += WorkQueue.FIRST_DELAY.toNanos();
    assertThat(queue.take()).as("the delay begins anew").isEqualTo(A);
  }

  @Test
  void whatIsChangedIsLookedAtAtOnceEvenIfItFailedBefore() throws Exception {
    queue.add(A);
    queue.take();
    queue.failed(A);
    assertThat(queue.delayed()).isEqualTo(1);
    queue.add(A);
    assertThat(queue.take()).isEqualTo(A);
    queue.done(A);
  }

  @Test
  void waitsForRoomAndStopsWaitingWhenClosed() throws Exception {
    queue.add(A);
    queue.add(B);
    CompletableFuture<Void> adding =
        CompletableFuture.runAsync(
            () -> {
              try {
                queue.addWhenRoom(C);
                queue.addWhenRoom(new Item(3, "x"));
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    assertThat(queue.take()).isEqualTo(A);
    assertThat(queue.take()).isEqualTo(B);
    adding.get(10, TimeUnit.SECONDS);
    CompletableFuture<Void> more =
        CompletableFuture.runAsync(
            () -> {
              try {
                queue.addWhenRoom(new Item(4, "x"));
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    queue.close();
    more.get(10, TimeUnit.SECONDS);
    assertThat(queue.take()).isNull();
    assertThat(Duration.ofNanos(now)).isZero();
  }
}
