package dev.rheo.server.request;

import dev.rheo.api.status.ApiException;
import dev.rheo.codec.io.Meter;
import dev.rheo.edge.HttpRequest;
import dev.rheo.edge.ledger.Account;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Charges the account of decoded trees for what one request decodes and builds.
 *
 * <p>A request that weighs more than {@value #HEAVY_BYTES} bytes keeps its carrier thread busy, so
 * it needs one of a few permits to go on. They are half as many as the carriers (at least one),
 * which leaves carriers to light requests. A request whose client has gone is ended.
 *
 * <p>Once a write is committed nothing refuses it any more: see {@link Meter#committed}.
 */
final class RequestMeter extends MemoryMeter {

  /** The weight from which a request is heavy: the decoded tree of a body of about 100 KB. */
  static final long HEAVY_BYTES = 512 << 10;

  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final Duration PERMIT_PATIENCE = Duration.ofSeconds(10);

  private final Semaphore permits;
  private final HttpRequest request;
  private boolean heavy;

  /**
   * @param permits for heavy requests: half as many as carrier threads, at least one
   */
  RequestMeter(Account account, Semaphore permits, HttpRequest request) {
    super(account, PATIENCE);
    this.permits = permits;
    this.request = request;
  }

  @Override
  protected void onCharge(long bytes) {
    onCheck();
    super.onCharge(bytes);
    if (!heavy && !isCommitted() && charged() > HEAVY_BYTES) {
      becomeHeavy();
    }
  }

  @Override
  protected void onCheck() {
    if (request.cancelled() && !isCommitted()) {
      throw ApiException.timeout("the client has gone", 0);
    }
  }

  @Override
  protected void onPromise(long bytes) {
    try {
      if (!isCommitted() && !request.promiseAnswer(bytes)) {
        throw tooMany();
      }
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
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

  @Override
  public void close() {
    super.close();
    if (heavy) {
      heavy = false;
      permits.release();
    }
  }
}
