package dev.rheo.simulation;

import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A lock that tasks of a {@link Scheduler} hold and wait for. Whoever asks next may get it. */
final class ScheduledLock extends ReentrantLock {
  private static final long serialVersionUID = 1L;

  private final transient Scheduler scheduler;
  private final String name;
  private transient @Nullable Thread owner;
  private int holds;

  ScheduledLock(Scheduler scheduler, String name) {
    this.scheduler = scheduler;
    this.name = name;
  }

  @Override
  public void lock() {
    if (owner != Thread.currentThread()) {
      acquire();
    }
    holds++;
  }

  private void acquire() {
    boolean ignored = scheduler.await(name, () -> owner == null, Scheduler.FOREVER);
    owner = Thread.currentThread();
  }

  @Override
  public void lockInterruptibly() {
    lock();
  }

  @Override
  public boolean tryLock() {
    if (owner != null && owner != Thread.currentThread()) {
      return false;
    }
    owner = Thread.currentThread();
    holds++;
    return true;
  }

  @Override
  public boolean tryLock(long time, TimeUnit unit) {
    boolean ignored = scheduler.await(name, () -> owner == null, unit.toNanos(time));
    return tryLock();
  }

  @Override
  public void unlock() {
    checkOwner();
    if (--holds == 0) {
      owner = null;
      scheduler.point(name + " is free");
    }
  }

  @Override
  public boolean isHeldByCurrentThread() {
    return owner == Thread.currentThread();
  }

  private void checkOwner() {
    if (owner != Thread.currentThread()) {
      throw new IllegalMonitorStateException(name);
    }
  }

  @Override
  public Condition newCondition() {
    return new Waits();
  }

  private final class Waits implements Condition {
    private final List<boolean[]> waiting = new ArrayList<>();

    private boolean await(long nanos) {
      checkOwner();
      int held = holds;
      boolean[] signalled = {false};
      waiting.add(signalled);
      holds = 0;
      owner = null;
      boolean told = scheduler.await(name + " wait", () -> signalled[0], nanos);
      waiting.remove(signalled);
      acquire();
      holds = held;
      return told;
    }

    @Override
    public void await() {
      boolean ignored = await(Scheduler.FOREVER);
    }

    @Override
    public void awaitUninterruptibly() {
      boolean ignored = await(Scheduler.FOREVER);
    }

    @Override
    public long awaitNanos(long nanos) {
      long began = scheduler.nanoTime();
      boolean told = await(nanos);
      long left = nanos - (scheduler.nanoTime() - began);
      return told ? left : Math.min(0, left);
    }

    @Override
    public boolean await(long time, TimeUnit unit) {
      return await(unit.toNanos(time));
    }

    @Override
    public boolean awaitUntil(Date deadline) {
      throw new UnsupportedOperationException("the clock of a simulation has no date");
    }

    @Override
    public void signal() {
      checkOwner();
      if (!waiting.isEmpty()) {
        waiting.removeFirst()[0] = true;
      }
    }

    @Override
    public void signalAll() {
      checkOwner();
      waiting.forEach(signalled -> signalled[0] = true);
      waiting.clear();
    }
  }
}
