package dev.rheo.server.request;

import dev.rheo.api.status.ApiException;
import dev.rheo.codec.io.Meter;
import dev.rheo.edge.HttpRequest;
import dev.rheo.edge.ledger.Ledger;
import java.time.Duration;

/**
 * Charges the account of decoded trees for what one request decodes and builds.
 *
 * <p>A request that weighs more than {@value #HEAVY_BYTES} bytes, or more than light ones may in a
 * server that is full of objects, keeps its carrier thread busy, so it needs one of a few permits
 * to go on. They are half as many as the carriers (at least one), which leaves carriers to light
 * requests. A request whose client has gone is ended.
 *
 * <p>A light request does not wait for more room while it holds some: others would wait for what it
 * holds, and it for what they hold. It goes on as a heavy one.
 *
 * <p>Requests with a permit, those that wait for one, and light ones are charged to different
 * accounts. So those that wait can take memory neither from a request that has the permit, which
 * would then wait for them, nor from light requests. Their bodies can, so they are refused once the
 * holder finds no room. A request that finds no room among those that wait is refused at once.
 *
 * <p>Once a write is committed nothing refuses it any more: see {@link Meter#committed}.
 */
class RequestMeter extends MemoryMeter {

  /** The weight from which a request is heavy: the decoded tree of a body of about 100 KB. */
  static final long HEAVY_BYTES = 512 << 10;

  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final Duration PERMIT_PATIENCE = Duration.ofSeconds(10);

  private final Ledger ledger;
  private final HeavyPermits permits;
  private final HttpRequest request;
  private boolean heavy;

  /** Whether it has the permit that a heavy request needs. */
  private boolean permitted;

  /**
   * @param permits for heavy requests: half as many as carrier threads, at least one
   */
  RequestMeter(Ledger ledger, HeavyPermits permits, HttpRequest request) {
    super(ledger.lightTrees(), PATIENCE);
    this.ledger = ledger;
    this.permits = permits;
    this.request = request;
  }

  @Override
  protected void onCharge(long bytes) {
    onCheck();
    if (!heavy
        && !isCommitted()
        && (charged() + bytes > Math.min(HEAVY_BYTES, ledger.lightTree()) || wouldHold(bytes))) {
      becomeHeavy();
    }
    super.onCharge(bytes);
  }

  /** A request that waited for what it holds itself would keep others out for nothing. */
  @Override
  protected void requireRoom(long whole) {
    super.requireRoom(whole);
    requireRoom(whole + request.body().length, ledger.bulk());
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
      if (isCommitted()) {
        return;
      }
      requireRoom(charged() + request.body().length + bytes, ledger.bulk());
      if (!ledger.answers().hasRoom(bytes)) {
        onFull();
      }
      if (!request.promiseAnswer(bytes)) {
        throw tooMany();
      }
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** The deletion of one object of a collection, for example, which has no answer of its own. */
  @Override
  protected Meter onAnother() {
    return new RequestMeter(ledger, permits, request) {
      @Override
      protected void onPromise(long bytes) {}
    };
  }

  @Override
  protected void onFull() {
    if (permitted) {
      permits.refuseWaiting();
    }
  }

  private void becomeHeavy() {
    try {
      if (!permits.tryAcquire()) {
        boolean queued = moveTo(ledger.queuedTrees());
        if (!queued || !permits.acquire(PERMIT_PATIENCE)) {
          throw tooMany();
        }
      }
      heavy = true;
      permitted = true;
      if (!moveTo(ledger.heavyTrees())) {
        throw tooMany();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw tooMany();
    }
  }

  @Override
  public void close() {
    super.close();
    heavy = false;
    onLeave();
  }

  /** The permit is for work: who waits for a webhook leaves it to others. */
  @Override
  protected void onLeave() {
    if (permitted) {
      permitted = false;
      permits.release();
    }
  }

  @Override
  protected void onReturn() {
    if (!heavy || permitted) {
      return;
    }
    try {
      permitted = permits.acquire(PERMIT_PATIENCE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!permitted && !isCommitted()) {
      throw tooMany();
    }
  }
}
