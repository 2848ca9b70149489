package dev.rheo.edge;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Remembers the addresses of peers that recently exceeded their {@link Http2Allowance} or came
 * close, so that a new connection does not get a full one. It gets a smaller one instead of a
 * refusal, because many clients may share an address, and responses add to the allowance. Bounded;
 * the oldest entry is dropped first. Thread-safe.
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
