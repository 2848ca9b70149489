package dev.rheo.server.allocation;

import dev.rheo.codec.io.Meter;
import dev.rheo.server.verb.read.StoreReads;
import java.util.BitSet;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The node ports that neither a record in the store nor kube-apiserver's bitmap says are taken.
 * Whether the write gets them is decided by its commit, which creates these records.
 */
final class StoredPorts implements PortPool {
  private final StoreReads reads;
  private final PortRange range;
  private final RandomGenerator random;
  private @Nullable BitSet taken;

  StoredPorts(StoreReads reads, PortRange range, RandomGenerator random) {
    this.reads = reads;
    this.range = range;
    this.random = random;
  }

  @Override
  public int next() throws PoolException {
    int port = range.pick(taken(), random);
    if (port < 0) {
      throw new PoolException(PoolException.FULL);
    }
    taken().set(port - range.first());
    return port;
  }

  @Override
  public void take(long port) throws PoolException {
    if (!range.contains(port)) {
      throw new PoolException(
          "provided port is not in the valid range. The range of valid ports is " + range);
    }
    int index = (int) port - range.first();
    if (taken().get(index)) {
      throw new PoolException("provided port is already allocated");
    }
    taken().set(index);
  }

  private BitSet taken() {
    BitSet known = taken;
    if (known == null) {
      BitSet found = new BitSet(range.size());
      reads.each(
          PortRecord.PREFIX,
          value -> {
            Meter.check();
            int port = PortRecord.port(value.key());
            if (range.contains(port)) {
              found.set(port - range.first());
            }
            return true;
          });
      PortBitmap theirs = PortBitmap.read(reads);
      if (theirs != null) {
        theirs.addTo(found, range);
      }
      known = found;
      taken = known;
    }
    return known;
  }
}
