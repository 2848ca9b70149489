package dev.rheo.server.snapshot;

import dev.rheo.edge.ledger.Account;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What one snapshot is charged for. Two chunks and what is read ahead for them are charged from its
 * beginning to its end. While a chunk is made, so is the largest value that it may end with; from
 * then on until the chunk is sent, only what it has beyond its size.
 *
 * <p>Thread-safe, but one chunk is made at a time.
 */
final class SnapshotRoom implements AutoCloseable {
  /** The size from which on a chunk is complete. */
  static final int CHUNK = 128 << 10;

  /** The largest value that the server stores (1.5 MiB), encrypted, and its key. */
  static final int LARGEST = (3 << 19) + (16 << 10);

  /** The chunk that is sent, the one that is made, its copy, and what is read ahead. */
  static final int STANDING = 4 * CHUNK;

  /** How long a chunk waits for room: a backup that is late is worth more than none. */
  private static final long PATIENCE_SECONDS = 60;

  private final Account account;
  private final AtomicLong charged = new AtomicLong();

  // Guarded by this.
  private boolean givenUp;
  private @Nullable CompletableFuture<Boolean> waiting;

  SnapshotRoom(Account account) {
    this.account = account;
  }

  /** Charges what a snapshot needs all the time; false if there is no room. */
  boolean open() {
    boolean fits = account.tryCharge(STANDING);
    if (fits) {
      charged.addAndGet(STANDING);
    }
    return fits;
  }

  /** Waits for the room that a chunk needs while it is made; false if there is none. */
  boolean await() {
    CompletableFuture<Boolean> asked = account.charge(LARGEST);
    boolean late;
    synchronized (this) {
      waiting = asked;
      late = givenUp;
    }
    if (late) {
      asked.complete(false);
    }
    boolean granted = asked.completeOnTimeout(false, PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    if (granted) {
      charged.addAndGet(LARGEST);
    }
    return granted;
  }

  /**
   * A chunk was made, of so many bytes.
   *
   * @return what it is charged for beyond its size, until it is {@linkplain #sent}
   */
  long made(int bytes) {
    long kept = Math.max(0, bytes - CHUNK);
    charged.addAndGet(kept - LARGEST);
    // A value of an earlier release may be larger: it is there already.
    account.force(Math.max(0, kept - LARGEST));
    account.release(Math.max(0, LARGEST - kept));
    return kept;
  }

  /** A chunk was sent, or thrown away. */
  void sent(long kept) {
    charged.addAndGet(-kept);
    account.release(kept);
  }

  /** Nobody needs the rest: a chunk that waits for room does not get it. */
  void giveUp() {
    CompletableFuture<Boolean> asked;
    synchronized (this) {
      givenUp = true;
      asked = waiting;
    }
    if (asked != null) {
      asked.complete(false);
    }
  }

  /** All is free again. Called once no chunk is being made. */
  @Override
  public void close() {
    account.release(charged.getAndSet(0));
  }
}
