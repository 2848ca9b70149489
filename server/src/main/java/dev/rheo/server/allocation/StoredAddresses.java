package dev.rheo.server.allocation;

import dev.rheo.codec.io.Meter;
import dev.rheo.resource.type.StoredResource;
import dev.rheo.server.verb.read.StoreReads;
import java.math.BigInteger;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The addresses of which there is no IPAddress object in the store. Whether the write gets them is
 * decided by its commit, which creates these objects.
 */
final class StoredAddresses implements AddressPool {
  /** How many addresses are tried one by one; rarely is more than one taken. */
  private static final int TRIES = 64;

  /** The size of the ranges whose taken addresses are collected in a bitmap if most are taken. */
  private static final BigInteger MAX_BITMAP = BigInteger.ONE.shiftLeft(22);

  private final StoreReads reads;
  private final StoredResource addresses;
  private final AddressRanges ranges;
  private final RandomGenerator random;
  private final Set<IpAddress> given = new HashSet<>();
  private @Nullable List<AddressRange> ready;

  StoredAddresses(
      StoreReads reads, StoredResource addresses, AddressRanges ranges, RandomGenerator random) {
    this.reads = reads;
    this.addresses = addresses;
    this.ranges = ranges;
    this.random = random;
  }

  @Override
  public IpAddress next(IpFamily family) throws PoolException {
    for (AddressRange range : ready()) {
      if (range.family() == family) {
        for (AddressRange.Part part : range.parts()) {
          IpAddress free = free(part);
          if (free != null) {
            given.add(free);
            return free;
          }
        }
      }
    }
    throw new PoolException(PoolException.FULL);
  }

  @Override
  public void take(IpAddress address) throws PoolException {
    if (ready().stream().noneMatch(range -> range.contains(address))) {
      throw new PoolException("the provided network does not match the current range");
    }
    if (isTaken(address) || !given.add(address)) {
      throw new PoolException("provided IP is already allocated");
    }
  }

  private List<AddressRange> ready() {
    List<AddressRange> known = ready;
    if (known == null) {
      known = ranges.ready();
      ready = known;
    }
    return known;
  }

  private boolean isTaken(IpAddress address) {
    return given.contains(address) || reads.get(addresses.key(null, address.toString())) != null;
  }

  private @Nullable IpAddress free(AddressRange.Part part) {
    BigInteger at = random(part.size());
    boolean small = part.size().compareTo(MAX_BITMAP) <= 0;
    BigInteger tries = small ? part.size().min(BigInteger.valueOf(TRIES)) : part.size();
    for (BigInteger i = BigInteger.ZERO; i.compareTo(tries) < 0; i = i.add(BigInteger.ONE)) {
      Meter.check();
      IpAddress address = part.first().plus(at);
      if (!isTaken(address)) {
        return address;
      }
      at = at.add(BigInteger.ONE).mod(part.size());
    }
    return small ? freeByBitmap(part, at.intValueExact()) : null;
  }

  private @Nullable IpAddress freeByBitmap(AddressRange.Part part, int start) {
    int size = part.size().intValueExact();
    Meter.charge(size / Byte.SIZE);
    BitSet taken = new BitSet(size);
    given.forEach(address -> mark(address, part, taken));
    reads.each(
        addresses.keyPrefix(),
        value -> {
          Meter.check();
          IpAddress address =
              IpAddress.parse(value.key().substring(addresses.keyPrefix().length()));
          if (address != null) {
            mark(address, part, taken);
          }
          return true;
        });
    int free = taken.nextClearBit(start);
    if (free >= size) {
      free = taken.nextClearBit(0);
    }
    return free < size ? part.first().plus(BigInteger.valueOf(free)) : null;
  }

  private static void mark(IpAddress address, AddressRange.Part part, BitSet taken) {
    BigInteger distance = address.value().subtract(part.first().value());
    if (address.family() == part.first().family()
        && distance.signum() >= 0
        && distance.compareTo(part.size()) < 0) {
      taken.set(distance.intValueExact());
    }
  }

  private BigInteger random(BigInteger below) {
    BigInteger wide = new BigInteger(1, bytes(16));
    return wide.mod(below);
  }

  private byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }
}
