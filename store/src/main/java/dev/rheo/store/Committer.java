package dev.rheo.store;

import dev.rheo.store.RevisionStore.Op;
import dev.rheo.store.StorageFormat.HeadFigures;
import dev.rheo.store.StorageFormat.Meta;
import dev.rheo.store.StoreException.Fault;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/**
 * The single writer of revisions (group commit). Callers queue their commits; the writer thread
 * takes the queued commits, writes them as one synced {@link Group}, makes them visible and
 * completes the callers. A longer sync makes a larger next group, so the rate of syncs does not
 * bound the rate of commits. The writer is a platform thread, because a sync would pin a virtual
 * thread's carrier.
 *
 * <p>After a failed write nothing is written until {@link Repair} has repaired the engine.
 */
final class Committer implements AutoCloseable {
  private static final System.Logger LOGGER = System.getLogger(Committer.class.getName());

  /** The interval of attempts to write again while no commit arrives. */
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final EngineGuard gate;
  private final Head head;
  private final Tail tail;
  private final long groupBytes;
  private final Repair repair;
  private final HealthState health;
  private final InstantSource clock;
  private final FirstExpiry firstExpiry;
  private final LongAdder commits = new LongAdder();
  private final LongAdder syncs = new LongAdder();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition queued = lock.newCondition();
  private final ArrayDeque<Pending> queue = new ArrayDeque<>();
  private long queuedBytes;
  private boolean closed;

  private volatile HeadFigures figures;
  private final BackgroundThread thread;

  /** Repairs the engine after a failed write. */
  interface Repair {
    /**
     * @param cause why the last write failed
     * @return the figures of the repaired store
     * @throws StoreException if the store is still not writable
     */
    HeadFigures repair(StoreException cause) throws StoreException;
  }

  private record Pending(List<Op> operations, long bytes, CompletableFuture<Long> outcome) {}

  Committer(
      EngineGuard gate,
      Head head,
      Tail tail,
      HeadFigures figures,
      long groupBytes,
      Repair repair,
      HealthState health,
      InstantSource clock,
      FirstExpiry firstExpiry) {
    this.gate = gate;
    this.head = head;
    this.tail = tail;
    this.figures = figures;
    this.groupBytes = groupBytes;
    this.repair = repair;
    this.health = health;
    this.clock = clock;
    this.firstExpiry = firstExpiry;
    this.thread = new BackgroundThread("rheo-store-commit", this::run);
  }

  void start() {
    health.onUnwritable(this::wake);
    thread.start();
  }

  /** Blocks until the outcome is known; an interrupt does not end the wait. */
  long commit(List<Op> operations) throws RevisionConflictException, StoreException {
    return outcome(enqueue(List.of(operations)).getFirst());
  }

  /**
   * Makes one commit of each operation, as a group if they fit in one.
   *
   * @return how many were made; the others met a conflict
   */
  int commitEach(List<? extends Op> operations) throws StoreException {
    int made = 0;
    for (Pending pending : enqueue(operations.stream().map(List::<Op>of).toList())) {
      try {
        outcome(pending);
        made++;
      } catch (RevisionConflictException e) {
        LOGGER.log(System.Logger.Level.DEBUG, "not committed: {0}", e.getMessage());
      }
    }
    return made;
  }

  private List<Pending> enqueue(List<List<Op>> commits) throws StoreException {
    List<Pending> all = new ArrayList<>(commits.size());
    for (List<Op> operations : commits) {
      all.add(new Pending(operations, bytes(operations), new CompletableFuture<>()));
    }
    lock.lock();
    try {
      if (closed) {
        throw StoreException.closed("store");
      }
      for (Pending pending : all) {
        queue.add(pending);
        queuedBytes += pending.bytes();
      }
      queued.signal();
      return all;
    } finally {
      lock.unlock();
    }
  }

  private static long outcome(Pending pending) throws RevisionConflictException, StoreException {
    try {
      return pending.outcome().join();
    } catch (CompletionException e) {
      switch (e.getCause()) {
        case RevisionConflictException conflict -> throw conflict;
        // Each caller gets its own stack trace.
        case StoreException failed -> throw failed.again();
        case null, default -> throw new StoreException("the commit failed: " + e, true, e);
      }
    }
  }

  HeadFigures figures() {
    return figures;
  }

  long commits() {
    return commits.sum();
  }

  long syncs() {
    return syncs.sum();
  }

  long queuedBytes() {
    lock.lock();
    try {
      return queuedBytes;
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    @Nullable StoreException fault = null;
    for (List<Pending> group = take(); group != null; group = take()) {
      try {
        StoreException damage = health.damage();
        if (damage != null) {
          fail(group, damage.as("not committed: " + damage.getMessage()));
          continue;
        }
        fault = fault == null ? gate.fault() : fault;
        if (fault != null) {
          figures = repair.repair(fault);
          // The repair has decided whether the last group is there.
          firstExpiry.isAtMost(0);
          fault = null;
          health.writable();
        }
        if (group.isEmpty()) {
          probe();
        } else {
          fault = write(group).orElse(null);
        }
      } catch (StoreException e) {
        health.met(e);
        fail(group, e.as("not committed: " + e.getMessage()));
      } catch (RuntimeException | Error e) {
        String message = "a commit failed unexpectedly: " + e;
        fault = new StoreException(Fault.UNWRITABLE, "it failed", message, true, e);
        fail(group, fault);
        health.met(fault);
        SafeLog.log(LOGGER, System.Logger.Level.ERROR, message, e);
      }
    }
  }

  /** Rewrites the head to test whether writes work: an unwritable store may get no commits. */
  private void probe() throws StoreException {
    gate.call(
        "probe",
        engine -> {
          if (health.get().condition() == StoreHealth.Condition.UNWRITABLE) {
            try (WriteBatch batch = new WriteBatch()) {
              batch.put(engine.meta, Meta.HEAD, figures.encode());
              engine.write(batch);
            }
          }
          return figures;
        });
  }

  private void wake() {
    lock.lock();
    try {
      queued.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Returns why the group could not be written, or empty if it was written. */
  private Optional<StoreException> write(List<Pending> pending) throws StoreException {
    return gate.call(
        "commit",
        engine -> {
          try (Group group = new Group(engine, figures, clock.millis())) {
            Object[] outcomes = new Object[pending.size()];
            for (int i = 0; i < outcomes.length; i++) {
              outcomes[i] = plan(group, pending.get(i));
            }
            try {
              group.write();
            } catch (RocksDBException e) {
              StoreException fault =
                  Engine.failure(Fault.UNWRITABLE, "the commit is undecided", e, true);
              fail(pending, fault);
              return Optional.of(fault);
            }
            publish(group);
            for (int i = 0; i < outcomes.length; i++) {
              complete(pending.get(i), outcomes[i]);
            }
            return Optional.empty();
          }
        });
  }

  private static Object plan(Group group, Pending pending) throws RocksDBException {
    try {
      return group.plan(pending.operations());
    } catch (RevisionConflictException conflict) {
      return conflict;
    }
  }

  private static void complete(Pending pending, Object outcome) {
    if (outcome instanceof Long revision) {
      pending.outcome().complete(revision);
    } else {
      pending.outcome().completeExceptionally((Throwable) outcome);
    }
  }

  private void publish(Group group) {
    if (group.commits().isEmpty()) {
      return;
    }
    figures = group.figures();
    firstExpiry.isAtMost(group.firstExpiry());
    group.commits().forEach(tail::add);
    head.advance(figures.revision());
    commits.add(group.commits().size());
    syncs.increment();
  }

  private static void fail(List<Pending> group, StoreException reason) {
    group.forEach(pending -> pending.outcome().completeExceptionally(reason));
  }

  /**
   * Waits for the commits of the next group. Returns none when it is time to try to write again,
   * and null when the store is closed and the queue is empty.
   */
  private @Nullable List<Pending> take() {
    List<Pending> group = new ArrayList<>();
    lock.lock();
    try {
      boolean due = false;
      while (queue.isEmpty() && !closed && !due) {
        if (health.get().condition() == StoreHealth.Condition.UNWRITABLE) {
          due = !awaitRetry();
        } else {
          queued.awaitUninterruptibly();
        }
      }
      if (queue.isEmpty() && closed) {
        return null;
      }
      long bytes = 0;
      for (Pending next = queue.peek(); next != null; next = queue.peek()) {
        bytes += next.bytes();
        if (!group.isEmpty() && bytes > groupBytes) {
          break;
        }
        group.add(queue.remove());
        queuedBytes -= next.bytes();
      }
      return group;
    } finally {
      lock.unlock();
    }
  }

  /** Returns false if {@link #RETRY} has passed. */
  private boolean awaitRetry() {
    try {
      return queued.await(RETRY.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      LOGGER.log(System.Logger.Level.DEBUG, "interrupted", e);
      return true;
    }
  }

  private static long bytes(List<Op> operations) {
    long bytes = 0;
    for (Op op : operations) {
      bytes += op.key().length() + (op instanceof Op.Put put ? put.value().length : 0);
    }
    return bytes;
  }

  /** Refuses new commits and waits until the queued ones are finished. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      queued.signal();
    } finally {
      lock.unlock();
    }
    thread.awaitEnd();
  }
}
