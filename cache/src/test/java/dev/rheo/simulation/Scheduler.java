package dev.rheo.simulation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs threads, called tasks, one at a time. A task runs until it reaches a <em>point</em>: a lock,
 * a wait, a system call, or an access to memory that threads share ({@link Points}). There the seed
 * decides which task goes on. Time is simulated: each decision takes some microseconds, and if all
 * tasks wait, the clock jumps to the end of the shortest wait. So a seed determines the whole run.
 *
 * <p>If tasks are to wait for one another, they must do so here: by {@link #await} or by a {@link
 * #lock}. A task that blocks otherwise stops the run, which then fails with that task's stack.
 */
public final class Scheduler {
  /** Wait without a limit. */
  public static final long FOREVER = Long.MAX_VALUE;

  /** Decisions after which a run counts as endless. */
  private static final long MOST_DECISIONS = 20_000_000;

  /** Real time without a decision after which a task counts as blocked. */
  private static final int STUCK_SECONDS = 30;

  /** How likely a task is to be chosen, relative to others. Some tasks are slow. */
  private static final int[] WEIGHTS = {1, 4, 16, 16};

  private static final int MOST_NANOS_A_DECISION = 20_000;

  /** What a task runs. */
  @FunctionalInterface
  public interface Body {
    void run() throws Throwable;
  }

  private final Random random;
  private final Trace trace = new Trace();
  private final CountDownLatch over = new CountDownLatch(1);

  /** One in so many accesses to shared memory is a decision. */
  private final int rarity;

  /** Tasks that have not ended, in order of their start. This and what follows: for the turn. */
  private final List<Task> tasks = new ArrayList<>();

  private boolean choosing;
  private long now = 1_000_000_000L;
  private int locks;

  private volatile @Nullable Task turn;
  private volatile long decisions;
  private volatile @Nullable Throwable failure;

  /** For runs that access much memory: one access in 8 to 512 is a decision. */
  public Scheduler(long seed) {
    this(seed, 3, 9);
  }

  private Scheduler(long seed, int fewest, int most) {
    random = new Random(seed);
    rarity = 1 << random.nextInt(fewest, most + 1);
  }

  /** For short runs: one access in 1 to 8 is a decision. */
  public static Scheduler fine(long seed) {
    return new Scheduler(seed, 0, 3);
  }

  private final class Task extends Thread {
    final Body body;
    final int weight = WEIGHTS[random.nextInt(WEIGHTS.length)];
    @Nullable BooleanSupplier ready;
    long wakeAt = FOREVER;

    /** How deep the task is in code in which no other may run, because it holds a monitor. */
    int shielded;

    Task(String name, Body body) {
      super(name);
      this.body = body;
      setDaemon(true);
    }

    Scheduler scheduler() {
      return Scheduler.this;
    }

    boolean canRun() {
      BooleanSupplier condition = ready;
      return condition == null || wakeAt <= now || condition.getAsBoolean();
    }

    @Override
    public void run() {
      awaitTurn();
      try {
        body.run();
        tasks.remove(this);
        if (tasks.isEmpty()) {
          // Nothing must keep what the last task used.
          turn = null;
          over.countDown();
        } else {
          pass(choose("end"));
        }
      } catch (Throwable e) {
        fail(e);
      }
    }

    void awaitTurn() {
      while (turn != this) {
        LockSupport.park(Scheduler.this);
      }
    }
  }

  /**
   * Runs a task and all that it starts, until all have ended. Called once.
   *
   * @throws Throwable the first failure of any task; the others are then abandoned
   */
  public void run(String name, Body body) throws Throwable {
    Task first = new Task(name, body);
    tasks.add(first);
    turn = first;
    first.start();
    long seen = -1;
    while (!over.await(STUCK_SECONDS, TimeUnit.SECONDS)) {
      Task running = turn;
      if (decisions == seen && running != null) {
        AssertionError stuck = new AssertionError(running.getName() + " blocks, or runs on and on");
        stuck.setStackTrace(running.getStackTrace());
        throw stuck;
      }
      seen = decisions;
    }
    if (failure != null) {
      throw failure;
    }
  }

  /** Starts a task. Called by a task. */
  public void start(String name, Body body) {
    trace.add("start " + name);
    Task task = new Task(name, body);
    tasks.add(task);
    task.start();
    point("start");
  }

  public Trace trace() {
    return trace;
  }

  /** For decisions of the tasks themselves. */
  public Random random() {
    return random;
  }

  /** Simulated. */
  public long nanoTime() {
    return now;
  }

  /** A lock whose holder and waiters are known to this scheduler. */
  public ReentrantLock lock() {
    return new ScheduledLock(this, "lock" + locks++);
  }

  /** Another task may run now. Does nothing on a thread that is no task. */
  public void point(String where) {
    Task task = current();
    if (task != null && task.shielded == 0 && !choosing) {
      decide(task, where);
    }
  }

  /** An access to shared memory: now and then a point. */
  public static void access(String where) {
    Task task = current();
    if (task != null) {
      task.scheduler().accessBy(task, where);
    }
  }

  private void accessBy(Task task, String where) {
    if (task.shielded == 0 && !choosing && random.nextInt(rarity) == 0) {
      decide(task, where);
    }
  }

  /** No other task may run until {@link #unshield}. */
  public static void shield() {
    Task task = current();
    if (task != null) {
      task.shielded++;
    }
  }

  public static void unshield() {
    Task task = current();
    if (task != null) {
      task.shielded--;
    }
  }

  /**
   * Lets others run until the condition holds or the time has passed. The condition is evaluated
   * often, by any task, and must change nothing.
   *
   * @return whether it holds
   */
  public boolean await(String where, BooleanSupplier condition, long nanos) {
    Task task = current();
    if (task == null) {
      throw new IllegalStateException("no task waits at " + where);
    }
    if (task.shielded > 0) {
      throw new IllegalStateException("a monitor is held at " + where);
    }
    task.ready = condition;
    task.wakeAt = nanos >= FOREVER - now ? FOREVER : now + nanos;
    decide(task, where);
    task.ready = null;
    task.wakeAt = FOREVER;
    choosing = true;
    boolean holds = condition.getAsBoolean();
    choosing = false;
    return holds;
  }

  public void sleep(long nanos) {
    boolean ignored = await("sleep", () -> false, nanos);
  }

  private static @Nullable Task current() {
    return Thread.currentThread() instanceof Task task ? task : null;
  }

  private void decide(Task task, String where) {
    Task next = choose(where);
    if (next != task) {
      pass(next);
      task.awaitTurn();
    }
  }

  private void pass(Task next) {
    turn = next;
    LockSupport.unpark(next);
  }

  private Task choose(String where) {
    choosing = true;
    if (++decisions > MOST_DECISIONS) {
      throw fail(new AssertionError("the run does not end"));
    }
    now += 1 + random.nextInt(MOST_NANOS_A_DECISION);
    while (true) {
      List<Task> able = new ArrayList<>();
      int sum = 0;
      long wakeAt = FOREVER;
      for (Task task : tasks) {
        if (task.canRun()) {
          able.add(task);
          sum += task.weight;
        }
        wakeAt = Math.min(wakeAt, task.wakeAt);
      }
      if (!able.isEmpty()) {
        int at = random.nextInt(sum);
        int i = 0;
        while (at >= able.get(i).weight) {
          at -= able.get(i++).weight;
        }
        choosing = false;
        trace.add(now + " " + where + " -> " + able.get(i).getName());
        return able.get(i);
      }
      if (wakeAt == FOREVER) {
        StringBuilder waiting = new StringBuilder("all tasks wait for one another:");
        for (Task task : tasks) {
          waiting.append("\n  ").append(task.getName()).append(" at ");
          waiting.append(Arrays.toString(task.getStackTrace()));
        }
        throw fail(new AssertionError(waiting.toString()));
      }
      now = wakeAt;
    }
  }

  /** Ends the run. Does not return: no task runs any more. */
  private RuntimeException fail(Throwable e) {
    failure = e;
    over.countDown();
    while (true) {
      LockSupport.park(this);
    }
  }
}
