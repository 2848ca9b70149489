package dev.rheo.storm.run;

import dev.rheo.storm.net.Answer;
import dev.rheo.storm.net.Calls;
import dev.rheo.storm.result.StormSettings.Accept;
import dev.rheo.storm.verify.Ledger;
import dev.rheo.storm.verify.ObjectSet;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Writers that replace objects at a fixed rate during a run. */
final class Churn {
  private static final int WRITERS = 8;
  private static final int TOO_MANY_REQUESTS = 429;
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  private final Calls calls;
  private final Ledger ledger;
  private final String collection;
  private final Accept accept;
  private final double perSecond;
  private final List<Thread> writers = new ArrayList<>();
  private final AtomicInteger next = new AtomicInteger();
  private final int firstVersion;
  private volatile boolean stopped;
  private volatile @Nullable String failure;
  private volatile long began;

  Churn(Calls calls, ReadPlan plan, double perSecond) {
    this.calls = calls;
    this.ledger = plan.ledger();
    this.collection = plan.collection();
    this.accept = plan.accept();
    this.perSecond = perSecond;
    // Versions differ from those of earlier runs.
    this.firstVersion = ledger.changeCount() + 1;
  }

  void start() {
    began = System.nanoTime();
    for (int i = 0; i < WRITERS; i++) {
      writers.add(Thread.ofVirtual().name("storm-churn-" + i).start(this::write));
    }
  }

  /** Stops the writers and waits until the writes in flight have ended. */
  void stop() throws InterruptedException {
    stopped = true;
    for (Thread writer : writers) {
      LockSupport.unpark(writer);
    }
    for (Thread writer : writers) {
      writer.join();
    }
  }

  /** Returns why the writers stopped by themselves, or null. */
  @Nullable String failure() {
    return failure;
  }

  private void write() {
    try {
      while (!stopped) {
        int turn = next.getAndIncrement();
        if (ledger.changeCount() >= Ledger.MAX_CHANGES - WRITERS) {
          stopped = true;
          failure = "the account of changes is full";
          return;
        }
        if (!awaitTurn(turn)) {
          return;
        }
        replace(turn);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean awaitTurn(int turn) {
    long due = began + (long) (turn / perSecond * 1e9);
    for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
      if (stopped) {
        return false;
      }
      LockSupport.parkNanos(this, wait);
    }
    return !stopped;
  }

  private void replace(int turn) throws InterruptedException {
    ObjectSet set = ledger.set();
    int version = firstVersion + turn;
    int index = new SplittableRandom(version).nextInt(set.count());
    byte[] text = set.text(index, version);
    ledger.changing(index, set.hash(text, accept));
    byte[] body = set.json(index, text);
    String path = collection + "/" + ObjectSet.name(index);
    try {
      while (true) {
        Answer answer = calls.put(path, body, TIMEOUT);
        if (answer.code() == TOO_MANY_REQUESTS && !stopped) {
          Thread.sleep(Duration.ofSeconds(Math.max(1, answer.retryAfter())));
        } else if (answer.code() == TOO_MANY_REQUESTS) {
          return;
        } else {
          take(index, answer);
          return;
        }
      }
    } catch (IOException e) {
      fail("a write failed: " + Causes.line(e));
    }
  }

  private void take(int index, Answer answer) {
    long revision = answer.revision();
    if (!answer.ok() || revision < 0) {
      fail("the server answered %d to a write: %s".formatted(answer.code(), answer.message()));
    } else {
      ledger.changed(index, revision);
    }
  }

  private void fail(String why) {
    ledger.uncertain();
    failure = why;
    stopped = true;
  }
}
