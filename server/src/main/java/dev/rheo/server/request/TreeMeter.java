package dev.rheo.server.request;

import dev.rheo.api.status.ApiException;
import dev.rheo.codec.io.Meter;
import dev.rheo.edge.ledger.Account;
import java.time.Duration;
import java.util.concurrent.ExecutionException;

/**
 * Charges an account for what one piece of work decodes and builds, and gives it all back when it
 * is closed. Waits a little where there is no room. Used by one thread at a time.
 */
public class TreeMeter extends Meter implements AutoCloseable {

  /** What is charged at once, so that the account is not asked for each small piece. */
  private static final long STEP = 64 << 10;

  private final Account account;
  private final Duration patience;
  private long taken;
  private long charged;
  private boolean committed;

  /**
   * @param patience how long it waits for room before it refuses with 429
   */
  public TreeMeter(Account account, Duration patience) {
    this.account = account;
    this.patience = patience;
  }

  /**
   * @throws ApiException 413 if the work takes more than there is in all, 429 if there is no room
   */
  @Override
  protected void take(long bytes) {
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

  @Override
  protected void look() {}

  @Override
  protected void commit() {
    committed = true;
  }

  protected final boolean isCommitted() {
    return committed;
  }

  @Override
  protected long taken() {
    return taken;
  }

  /** The account keeps its charge, which the next part of the work uses. */
  @Override
  protected void dropTo(long bytes) {
    taken = Math.min(taken, bytes);
  }

  private void reserve(long bytes) {
    if (charged + bytes > account.limit()) {
      throw ApiException.requestEntityTooLarge(
          "the object takes more than "
              + account.limit()
              + " bytes of memory when it is decoded, which is what --max-memory leaves for it");
    }
    try {
      if (!account.charge(bytes, patience).get()) {
        throw tooMany();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw tooMany();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  protected static ApiException tooMany() {
    // Upstream's words for a request that found no seat.
    return ApiException.tooManyRequests("too many requests, please try again later.", 1);
  }

  @Override
  public void close() {
    account.release(charged);
    charged = 0;
    taken = 0;
  }
}
