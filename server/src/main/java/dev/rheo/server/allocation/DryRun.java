package dev.rheo.server.allocation;

import dev.rheo.server.verb.read.StoreReads;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The pools of a dry run, which takes nothing: what a client gets of them only shows the form of
 * the answer. As upstream, values that it chose are checked as far as that needs no reservation.
 */
final class DryRun {
  /** The port before the first that is shown. */
  private static final int BEFORE_FIRST = 32_768;

  private DryRun() {}

  static AddressPool addresses(AddressRanges ranges) {
    return new AddressPool() {
      @Override
      public IpAddress next(IpFamily family) throws PoolException {
        return range(ranges, family).network();
      }

      @Override
      public void take(IpAddress address) throws PoolException {
        AddressRange range = range(ranges, address.family());
        if (!range.contains(address)) {
          throw new PoolException(
              "the provided IP ("
                  + address
                  + ") is not in the valid range. The range of valid IPs is "
                  + range);
        }
      }
    };
  }

  private static AddressRange range(AddressRanges ranges, IpFamily family) throws PoolException {
    return ranges.ready().stream()
        .filter(range -> range.family() == family)
        .findFirst()
        .orElseThrow(() -> new PoolException("allocator not ready"));
  }

  static PortPool ports(StoreReads reads) {
    return new PortPool() {
      private final Set<Long> shown = new HashSet<>();
      private final @Nullable PortBitmap theirs = PortBitmap.read(reads);

      @Override
      public int next() {
        long port = shown.stream().mapToLong(Long::longValue).max().orElse(BEFORE_FIRST) + 1;
        shown.add(port);
        return (int) port;
      }

      @Override
      public void take(long port) throws PoolException {
        if (reads.get(PortRecord.key((int) port)) != null
            || (theirs != null && theirs.has(port))
            || !shown.add(port)) {
          throw new PoolException("provided port is already allocated");
        }
      }
    };
  }
}
