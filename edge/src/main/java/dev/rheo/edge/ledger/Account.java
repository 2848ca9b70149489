package dev.rheo.edge.ledger;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A bounded amount of memory, or of another scarce resource. The caller charges the account before
 * it takes the memory and releases the charge on every path that drops the memory.
 *
 * <p>Accounts form a tree. A charge to an account is also charged to its ancestors, so a part (held
 * by strangers, say) is bounded by its own limit and by that of the whole. A charge that does not
 * fit all of these limits is refused, or waits, first come first served within its account.
 *
 * <pre>
 *   heap ─┬─ streams ─── streams-of-strangers
 *         ├─ request-bodies
 *         └─ trees
 * </pre>
 *
 * <p>Invariant: {@code used} is the sum of all charges, forced ones included, less all releases. It
 * exceeds {@code limit} only by {@link #force} or after {@link #limit(long)} lowered the limit.
 * Thread-safe; the accounts of one tree share a lock.
 */
public final class Account {

  private record Waiter(Account account, long units, CompletableFuture<Boolean> granted) {}

  /** The waiters of one tree; also the lock of its accounts. */
  private static final class Queue {
    final Deque<Waiter> waiters = new ArrayDeque<>();
  }

  private final String name;
  private final @Nullable Account parent;
  private final Queue queue;
  private final int maxWaiting;
  private long limit;
  private long highestLimit;
  private long used;
  private long peak;
  private long refused;
  private int waiting;

  private Account(String name, long limit, int maxWaiting, @Nullable Account parent, Queue queue) {
    this.name = name;
    this.limit = limit;
    this.highestLimit = limit;
    this.maxWaiting = maxWaiting;
    this.parent = parent;
    this.queue = queue;
  }

  /** The root of a new tree. Charges do not wait for it. */
  public static Account root(String name, long limit) {
    return new Account(name, limit, 0, null, new Queue());
  }

  /** A child of this account. Charges do not wait for it. */
  public Account part(String partName, long partLimit) {
    return part(partName, partLimit, 0);
  }

  /**
   * A child of this account.
   *
   * @param waiters maximum number of waiting charges; further charges are refused at once
   */
  public Account part(String partName, long partLimit, int waiters) {
    return new Account(partName, partLimit, waiters, this, queue);
  }

  public String name() {
    return name;
  }

  /**
   * Charges at once or not at all. It does not overtake charges that wait for this account.
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
   * Charges as soon as the units fit.
   *
   * @return completes with true once charged; with false after {@code atMost}, or at once if the
   *     units exceed the limit or too many charges already wait
   */
  public CompletableFuture<Boolean> charge(long units, Duration atMost) {
    return charge(units).completeOnTimeout(false, atMost.toNanos(), TimeUnit.NANOSECONDS);
  }

  /**
   * Charges as soon as the units fit. The caller ends the wait: it completes the future with false,
   * and has the charge if that fails because the future is already true.
   *
   * @return completes with true once charged; with false at once if the units exceed the limit or
   *     too many charges already wait
   */
  public CompletableFuture<Boolean> charge(long units) {
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
    granted.whenComplete(
        (yes, failure) -> {
          if (yes == null || !yes) {
            forget(waiter);
          }
        });
    return granted;
  }

  /** Charges even beyond the limit, for memory that is in use whether it is charged or not. */
  public void force(long units) {
    synchronized (queue) {
      add(units);
    }
  }

  /** Whether this account or an ancestor holds more than its limit. */
  public boolean isOver() {
    synchronized (queue) {
      return !fits(0);
    }
  }

  /**
   * Releases a charge.
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

  /**
   * Moves a charge to another account of the tree, at once or not at all. It does not overtake
   * charges that wait for that account, unless that is an ancestor, which has the charge already.
   *
   * @param units not more than is used here
   * @return whether the charge was moved
   */
  public boolean move(long units, Account to) {
    List<Waiter> next;
    synchronized (queue) {
      if (to.queue != queue) {
        throw new IllegalArgumentException(to.name + " is not in the tree of " + name);
      }
      add(-units);
      if (!isBelow(to) && (to.waiting > 0 || !to.fits(units))) {
        add(units);
        to.refused++;
        return false;
      }
      to.add(units);
      next = admit();
    }
    grant(next);
    return true;
  }

  /** Sets the limit. Existing charges stay. */
  public void limit(long units) {
    List<Waiter> next;
    synchronized (queue) {
      limit = units;
      highestLimit = Math.max(highestLimit, units);
      next = admit();
    }
    grant(next);
  }

  public long limit() {
    synchronized (queue) {
      return limit;
    }
  }

  /** Whether a charge would be granted at once. */
  public boolean hasRoom(long units) {
    synchronized (queue) {
      return waiting == 0 && fits(units);
    }
  }

  /** The most that this account can hold now: the least limit of it and its ancestors. */
  public long ceiling() {
    return least(account -> account.limit);
  }

  /** As {@link #ceiling}, of the highest limits so far: what is above it never fits. */
  public long highestCeiling() {
    return least(account -> account.highestLimit);
  }

  private long least(ToLongFunction<Account> of) {
    synchronized (queue) {
      long least = of.applyAsLong(this);
      for (Account account = parent; account != null; account = account.parent) {
        least = Math.min(least, of.applyAsLong(account));
      }
      return least;
    }
  }

  public long used() {
    synchronized (queue) {
      return used;
    }
  }

  /** A consistent snapshot. */
  public Usage usage() {
    synchronized (queue) {
      return new Usage(used, limit, peak, refused);
    }
  }

  /**
   * A snapshot of an account.
   *
   * @param used units charged now
   * @param limit the current limit
   * @param peak highest {@code used} so far
   * @param refused charges refused so far
   */
  public record Usage(long used, long limit, long peak, long refused) {}

  private void add(long units) {
    for (Account account = this; account != null; account = account.parent) {
      account.used += units;
      account.peak = Math.max(account.peak, account.used);
    }
  }

  private boolean isBelow(Account other) {
    Account account = parent;
    while (account != null && account != other) {
      account = account.parent;
    }
    return account != null;
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

  /**
   * Charges and dequeues all waiters that fit. A waiter that does not fit blocks later ones of its
   * account.
   */
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

  /** Called outside the lock, because completing a future runs the waiter's callbacks. */
  private static void grant(List<Waiter> next) {
    for (Waiter waiter : next) {
      if (!waiter.granted.complete(true)) {
        waiter.account.release(waiter.units);
      }
    }
  }
}
