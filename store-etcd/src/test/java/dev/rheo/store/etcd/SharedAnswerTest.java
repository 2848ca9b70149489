package dev.rheo.store.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SharedAnswerTest {
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  @AfterEach
  void close() {
    threads.shutdownNow();
  }

  @Test
  void whoComesWhileAQuestionIsOnItsWaySharesTheNext() throws Exception {
    Semaphore may = new Semaphore(0);
    CountDownLatch asked = new CountDownLatch(1);
    AtomicInteger questions = new AtomicInteger();
    SharedAnswer<Integer> answer =
        new SharedAnswer<>(
            () -> {
              int number = questions.incrementAndGet();
              asked.countDown();
              may.acquireUninterruptibly();
              return number;
            },
            threads);
    Future<Integer> first = threads.submit(answer::get);
    asked.await();
    List<Future<Integer>> others = new ArrayList<>();
    AtomicInteger waiting = new AtomicInteger();
    for (int i = 0; i < 50; i++) {
      others.add(
          threads.submit(
              () -> {
                waiting.incrementAndGet();
                return answer.get();
              }));
    }
    may.release();
    assertThat(first.get()).isEqualTo(1);
    may.release(1000);
    for (Future<Integer> other : others) {
      assertThat(other.get(20, TimeUnit.SECONDS)).isGreaterThanOrEqualTo(2);
    }
    assertThat(waiting).hasValue(50);
    assertThat(answer.get()).isEqualTo(questions.get());
  }

  @Test
  void anAnswerIsNeverOlderThanItsCall() throws Exception {
    AtomicLong truth = new AtomicLong();
    SharedAnswer<Long> answer =
        new SharedAnswer<>(
            () -> {
              long seen = truth.get();
              Thread.yield();
              return seen;
            },
            threads);
    List<Future<Boolean>> fresh = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      fresh.add(
          threads.submit(
              () -> {
                boolean all = true;
                for (int n = 0; n < 500; n++) {
                  long before = truth.incrementAndGet();
                  all &= answer.get() >= before;
                }
                return all;
              }));
    }
    for (Future<Boolean> each : fresh) {
      assertThat(each.get()).isTrue();
    }
  }

  @Test
  void aFailureIsTheFailureOfThoseWhoAskedAndOfNobodyElse() throws Exception {
    AtomicInteger questions = new AtomicInteger();
    SharedAnswer<Integer> answer =
        new SharedAnswer<>(
            () -> {
              if (questions.incrementAndGet() == 1) {
                throw new IllegalStateException("once");
              }
              return questions.get();
            },
            threads);
    assertThatThrownBy(answer::get).isInstanceOf(IllegalStateException.class).hasMessage("once");
    assertThat(answer.get()).isEqualTo(2);
  }
}
