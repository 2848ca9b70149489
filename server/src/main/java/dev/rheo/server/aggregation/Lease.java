package dev.rheo.server.aggregation;

import dev.rheo.edge.ledger.Account;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What a call of an extension server takes: memory, and a descriptor. It is given back when all who
 * use it have left it. Thread-safe.
 */
final class Lease {
  private final Account memory;
  private final long bytes;
  private final Account descriptors;
  private final AtomicInteger users = new AtomicInteger(1);

  private Lease(Account memory, long bytes, Account descriptors) {
    this.memory = memory;
    this.bytes = bytes;
    this.descriptors = descriptors;
  }

  /** Takes it, or returns null if there is no room. */
  static @Nullable Lease of(Account memory, long bytes, Account descriptors) {
    if (!memory.tryCharge(bytes)) {
      return null;
    }
    if (!descriptors.tryCharge(1)) {
      memory.release(bytes);
      return null;
    }
    return new Lease(memory, bytes, descriptors);
  }

  /** One more user, who leaves it as well. */
  void share() {
    users.incrementAndGet();
  }

  /** Called once by each user. */
  void leave() {
    if (users.decrementAndGet() == 0) {
      memory.release(bytes);
      descriptors.release(1);
    }
  }
}
