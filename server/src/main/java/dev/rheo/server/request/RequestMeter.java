package dev.rheo.server.request;

import dev.rheo.api.status.ApiException;
import dev.rheo.codec.io.Meter;
import dev.rheo.server.http.HttpRequest;
import dev.rheo.server.ledger.Account;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Charges the account of trees for what one request decodes and builds, and gives it all back when
 * the request is answered.
 *
 * <p>A request that comes to weigh more than {@value #HEAVY_BYTES} bytes needs one of few permits
 * to go on: it keeps a carrier thread busy, and there are more carriers than permits, so that light
 * requests always find one. One whose client has gone is given up.
 *
 * <p>Once a write is committed nothing refuses it any more: see {@link Meter#committed}.
 */
final class RequestMeter extends Meter implements AutoCloseable {

  /** From here on a request is heavy: the decoded tree of a body of some 100 KB. */
  static final long HEAVY_BYTES = 512 << 10;

  /** What is charged at once, so that the account is not asked for each small piece. */
  private static final long STEP = 64 << 10;

  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final Duration PERMIT_PATIENCE = Duration.ofSeconds(10);

  private final Account account;
  private final Semaphore permits;
  private final HttpRequest request;
  private long taken;
  private long charged;
  private boolean heavy;
  private boolean committed;

  /**
   * @param permits for heavy requests; fewer than there are carriers
   */
  RequestMeter(Account account, Semaphore permits, HttpRequest request) {
    this.account = account;
    this.permits = permits;
    this.request = request;
  }

  @Override
  protected void take(long bytes) {
    taken += bytes;
    if (taken <= charged) {
      return;
    }
    look();
    long wanted = (taken - charged + STEP - 1) / STEP * STEP;
    if (committed) {
      account.force(wanted);
    } else {
      reserve(wanted);
    }
    charged += wanted;
    if (!heavy && !committed && taken > HEAVY_BYTES) {
      becomeHeavy();
    }
  }

  @Override
  protected void look() {
    if (request.cancelled() && !committed) {
      throw ApiException.timeout("the client has gone", 0);
    }
  }

  @Override
  protected void commit() {
    committed = true;
  }

  @Override
  protected void answer(long bytes) {
    try {
      if (!committed && !request.promiseAnswer(bytes)) {
        throw tooMany();
      }
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  protected long taken() {
    return taken;
  }

  /** The account keeps its charge, which the next work of the request uses. */
  @Override
  protected void dropTo(long bytes) {
    taken = Math.min(taken, bytes);
  }

  private void reserve(long bytes) {
    if (charged + bytes > account.limit()) {
      throw ApiException.requestEntityTooLarge(
          "what was sent takes more than "
              + account.limit()
              + " bytes of memory when it is decoded; the server's --max-memory bounds that");
    }
    try {
      if (!account.charge(bytes, PATIENCE).get()) {
        throw tooMany();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw tooMany();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  private void becomeHeavy() {
    try {
      if (!permits.tryAcquire(PERMIT_PATIENCE.toNanos(), TimeUnit.NANOSECONDS)) {
        throw tooMany();
      }
      heavy = true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw tooMany();
    }
  }

  private static ApiException tooMany() {
    // Upstream's words for a request that found no seat.
    return ApiException.tooManyRequests("too many requests, please try again later.", 1);
  }

  @Override
  public void close() {
    account.release(charged);
    charged = 0;
    if (heavy) {
      heavy = false;
      permits.release();
    }
  }
}
