package dev.rheo.edge.ledger;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A named amount of memory, or of something else that is scarce, that may be held at once. It is
 * charged before the memory is taken and released when the memory is dropped, on every path.
 *
 * <p>Accounts form a tree. What an account is charged, its parents are charged, too, so a part
 * (what strangers hold) is bounded by itself and by the whole (what everybody holds). A charge that
 * does not fit into every one of them is refused, or waits, first come first served.
 *
 * <pre>
 *   heap ─┬─ streams ─── streams-of-strangers
 *         ├─ request-bodies
 *         └─ trees
 * </pre>
 *
 * <p>Invariant: {@code used} is what was charged or forced and not released yet. Without {@link
 * #force} it never exceeds {@code limit}. Thread-safe; the accounts of one tree share a lock.
 */
public final class Account {

  private record Waiter(Account account, long units, CompletableFuture<Boolean> granted) {}

  /** What the accounts of one tree share. */
  private static final class Queue {
    final Deque<Waiter> waiters = new ArrayDeque<>();
  }

  private final String name;
  private final @Nullable Account parent;
  private final Queue queue;
  private final int maxWaiting;
  private long limit;
  private long used;
  private long peak;
  private long refused;
  private int waiting;

  private Account(String name, long limit, int maxWaiting, @Nullable Account parent, Queue queue) {
    this.name = name;
    this.limit = limit;
    this.maxWaiting = maxWaiting;
    this.parent = parent;
    this.queue = queue;
  }

  /** A tree of its own. Nobody waits for it. */
  public static Account root(String name, long limit) {
    return new Account(name, limit, 0, null, new Queue());
  }

  /** A part of this account; nobody waits for it. */
  public Account part(String partName, long partLimit) {
    return part(partName, partLimit, 0);
  }

  /**
   * A part of this account.
   *
   * @param waiters how many may wait for it at once; more are refused without waiting
   */
  public Account part(String partName, long partLimit, int waiters) {
    return new Account(partName, partLimit, waiters, this, queue);
  }

  public String name() {
    return name;
  }

  /**
   * Charges at once or not at all. It does not overtake those who wait for this account.
   *
   * @param units not negative
   * @return whether the account was charged
   */
  public boolean tryCharge(long units) {
    synchronized (queue) {
      if (waiting == 0 && fits(units)) {
        add(units);
        return true;
      }
      refused++;
      return false;
    }
  }

  /**
   * Charges when there is room.
   *
   * @return completes with true when charged, with false when {@code atMost} has passed, at once if
   *     it can never fit or too many wait already
   */
  public CompletableFuture<Boolean> charge(long units, Duration atMost) {
    CompletableFuture<Boolean> granted = new CompletableFuture<>();
    Waiter waiter = new Waiter(this, units, granted);
    synchronized (queue) {
      if (waiting == 0 && fits(units)) {
        add(units);
        granted.complete(true);
        return granted;
      }
      if (units > limit || waiting >= maxWaiting) {
        refused++;
        granted.complete(false);
        return granted;
      }
      waiting++;
      queue.waiters.add(waiter);
    }
    granted.completeOnTimeout(false, atMost.toNanos(), TimeUnit.NANOSECONDS);
    granted.whenComplete(
        (yes, failure) -> {
          if (yes == null || !yes) {
            forget(waiter);
          }
        });
    return granted;
  }

  /** Charges whether it fits or not, where refusing would be a lie. */
  public void force(long units) {
    synchronized (queue) {
      add(units);
    }
  }

  /** Whether more was charged by force than it, or what it is a part of, may hold. */
  public boolean isOver() {
    synchronized (queue) {
      return !fits(0);
    }
  }

  /**
   * Gives back what was charged.
   *
   * @param units not more than is used
   */
  public void release(long units) {
    if (units == 0) {
      return;
    }
    List<Waiter> next;
    synchronized (queue) {
      add(-units);
      next = admit();
    }
    grant(next);
  }

  /** Sets what may be held: what is held already stays. */
  public void limit(long units) {
    List<Waiter> next;
    synchronized (queue) {
      limit = units;
      next = admit();
    }
    grant(next);
  }

  public long limit() {
    synchronized (queue) {
      return limit;
    }
  }

  public long used() {
    synchronized (queue) {
      return used;
    }
  }

  /** The figures of this moment, which belong together. */
  public Usage usage() {
    synchronized (queue) {
      return new Usage(used, limit, peak, refused);
    }
  }

  /**
   * What an account holds.
   *
   * @param used now
   * @param limit at most
   * @param peak the most that was ever held
   * @param refused how many charges did not fit
   */
  public record Usage(long used, long limit, long peak, long refused) {}

  private void add(long units) {
    for (Account account = this; account != null; account = account.parent) {
      account.used += units;
      account.peak = Math.max(account.peak, account.used);
    }
  }

  private boolean fits(long units) {
    for (Account account = this; account != null; account = account.parent) {
      if (account.used + units > account.limit) {
        return false;
      }
    }
    return true;
  }

  private void forget(Waiter waiter) {
    List<Waiter> next;
    synchronized (queue) {
      if (!queue.waiters.remove(waiter)) {
        return;
      }
      waiter.account.waiting--;
      waiter.account.refused++;
      next = admit();
    }
    grant(next);
  }

  /** Takes from the queue who fits now. Who does not fit keeps back the others of their account. */
  private List<Waiter> admit() {
    if (queue.waiters.isEmpty()) {
      return List.of();
    }
    List<Waiter> next = new ArrayList<>();
    List<Account> kept = new ArrayList<>();
    for (Iterator<Waiter> it = queue.waiters.iterator(); it.hasNext(); ) {
      Waiter waiter = it.next();
      if (kept.contains(waiter.account)) {
        continue;
      }
      if (waiter.account.fits(waiter.units)) {
        waiter.account.add(waiter.units);
        waiter.account.waiting--;
        it.remove();
        next.add(waiter);
      } else {
        kept.add(waiter.account);
      }
    }
    return next;
  }

  /** Outside the lock: what completes runs the waiter's own code. */
  private static void grant(List<Waiter> next) {
    for (Waiter waiter : next) {
      if (!waiter.granted.complete(true)) {
        waiter.account.release(waiter.units);
      }
    }
  }
}
