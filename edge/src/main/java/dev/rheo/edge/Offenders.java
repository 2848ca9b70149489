package dev.rheo.edge;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Addresses from which a connection came lately that asked for work and threw it away, so that
 * connecting anew does not begin a new allowance. Nobody is refused for it: many may share an
 * address, and who waits for answers has an allowance again. Remembers so many, the latest.
 * Thread-safe.
 */
final class Offenders {

  static final int MOST = 1024;
  private static final long REMEMBERED_NANOS = 60_000_000_000L;

  private final LongSupplier nanos;

  private final Map<InetAddress, Long> latest =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<InetAddress, Long> eldest) {
          return size() > MOST;
        }
      };

  Offenders(LongSupplier nanos) {
    this.nanos = nanos;
  }

  synchronized void add(InetSocketAddress peer) {
    InetAddress address = peer.getAddress();
    if (address != null) {
      latest.remove(address);
      latest.put(address, nanos.getAsLong());
    }
  }

  synchronized boolean contains(InetSocketAddress peer) {
    InetAddress address = peer.getAddress();
    @Nullable Long since = address == null ? null : latest.get(address);
    if (since == null) {
      return false;
    }
    if (nanos.getAsLong() - since > REMEMBERED_NANOS) {
      latest.remove(address);
      return false;
    }
    return true;
  }
}
