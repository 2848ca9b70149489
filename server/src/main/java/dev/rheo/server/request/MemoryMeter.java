package dev.rheo.server.request;

import dev.rheo.api.status.ApiException;
import dev.rheo.codec.io.Meter;
import dev.rheo.edge.ledger.Account;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * Charges an account for what one piece of work decodes and builds, and releases the charge on
 * close. Waits a little while the account is full. Used by one thread at a time.
 */
public class MemoryMeter extends Meter {

  /** Bytes charged at a time, so that small pieces do not each access the account. */
  private static final long STEP = 64 << 10;

  private Account account;
  private final Duration patience;
  private long taken;
  private long charged;
  private boolean committed;

  /**
   * @param patience how long to wait for room before refusing with 429
   */
  public MemoryMeter(Account account, Duration patience) {
    this.account = account;
    this.patience = patience;
  }

  /**
   * @throws ApiException 413 if the work exceeds the account's own limit, 429 if the account stays
   *     full or what it is part of has no such room now
   */
  @Override
  protected void onCharge(long bytes) {
    taken += bytes;
    if (taken > charged) {
      long wanted = (taken - charged + STEP - 1) / STEP * STEP;
      if (committed) {
        account.force(wanted);
      } else {
        reserve(wanted);
      }
      charged += wanted;
    }
  }

  /** Whether the charge would have to wait for room, while room is held. */
  protected final boolean wouldHold(long bytes) {
    long wanted = taken + bytes - charged;
    return charged > 0 && wanted > 0 && !account.hasRoom((wanted + STEP - 1) / STEP * STEP);
  }

  @Override
  protected void onCheck() {}

  @Override
  protected void onCommitted() {
    committed = true;
  }

  protected final boolean isCommitted() {
    return committed;
  }

  @Override
  protected long charged() {
    return taken;
  }

  /** The account stays charged: the next part of the work uses the charge. */
  @Override
  protected void onRelease(long bytes) {
    taken = Math.min(taken, bytes);
  }

  private void reserve(long bytes) {
    requireRoom(charged + bytes);
    CompletableFuture<Boolean> granted = account.charge(bytes, patience);
    if (!granted.isDone()) {
      onFull();
    }
    try {
      if (!granted.get()) {
        throw tooMany();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw tooMany();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Refuses, without a wait, what would not fit if nothing else were charged.
   *
   * @param whole all that is charged to the account for this work
   * @throws ApiException 413 if it would not fit a server without objects either, else 429
   */
  protected void requireRoom(long whole) {
    requireRoom(whole, account);
  }

  protected static void requireRoom(long whole, Account in) {
    if (whole > in.highestCeiling()) {
      throw ApiException.requestEntityTooLarge(
          "the object takes more than "
              + in.highestCeiling()
              + " bytes of memory when it is decoded, which is what --max-memory leaves for it");
    }
    if (whole > in.ceiling()) {
      throw ApiException.tooManyRequests(
          "the server holds so many objects that its memory has no room for this one now: delete"
              + " some, or start it with more --max-memory",
          1);
    }
  }

  /** Moves the charges so far to another account, which is charged from now on, if they fit. */
  protected final boolean moveTo(Account other) {
    if (!account.move(charged, other)) {
      return false;
    }
    account = other;
    return true;
  }

  /** Called when the meter begins to wait for room. */
  protected void onFull() {}

  protected static ApiException tooMany() {
    // Upstream's message for a request that found no free seat.
    return ApiException.tooManyRequests("too many requests, please try again later.", 1);
  }

  @Override
  public void close() {
    account.release(charged);
    charged = 0;
    taken = 0;
  }
}
