package dev.rheo.server.allocation;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/**
 * A range of cluster IPs in CIDR notation. The network address, and the broadcast address of an
 * IPv4 range, are not given to Services.
 *
 * <p>Addresses that Services do not choose come from the upper part of the range; the lower part,
 * 16 to 256 addresses, is left to those that do, until the upper part is full (KEP-3070).
 *
 * @param network the network address
 * @param bits the length of the prefix
 */
public record AddressRange(IpAddress network, int bits) {
  private static final int MIN_LOWER = 16;
  private static final int MAX_LOWER = 256;
  private static final int STEP = 16;

  /** The shortest prefix of an IPv6 range of which addresses are given. */
  private static final int SHORTEST_IPV6 = 64;

  /** A part of a range. */
  record Part(IpAddress first, BigInteger size) {}

  /**
   * @throws IllegalArgumentException if the text is no range
   */
  public static AddressRange parse(String text) {
    int slash = text.indexOf('/');
    IpAddress address = slash < 0 ? null : IpAddress.parse(text.substring(0, slash));
    String length = text.substring(slash + 1);
    if (address == null
        || !length.matches("0|[1-9]\\d{0,2}")
        || Integer.parseInt(length) > address.family().bits()) {
      throw new IllegalArgumentException("invalid CIDR address: " + text);
    }
    int bits = Integer.parseInt(length);
    int host = address.family().bits() - bits;
    BigInteger network = address.value().shiftRight(host).shiftLeft(host);
    return new AddressRange(new IpAddress(address.family(), network), bits);
  }

  IpFamily family() {
    return network.family();
  }

  /** The first address that a Service can have. */
  public IpAddress first() {
    return network.plus(BigInteger.ONE);
  }

  /** All addresses, the reserved ones included. */
  private BigInteger total() {
    return BigInteger.ONE.shiftLeft(family().bits() - bits);
  }

  /** How many addresses Services can have. */
  BigInteger size() {
    int reserved = family() == IpFamily.IPV4 ? 2 : 1;
    return total().subtract(BigInteger.valueOf(reserved)).max(BigInteger.ZERO);
  }

  /** Whether a Service can have this address. */
  public boolean contains(IpAddress address) {
    if (address.family() != family()) {
      return false;
    }
    BigInteger distance = address.value().subtract(network.value());
    return distance.signum() > 0 && distance.compareTo(size()) <= 0;
  }

  /** Whether addresses of the range are given at all. */
  boolean isUsable() {
    return family() == IpFamily.IPV4 || bits >= SHORTEST_IPV6;
  }

  /** The parts in the order in which they are used. */
  List<Part> parts() {
    BigInteger lower = BigInteger.valueOf(lower());
    List<Part> parts = new ArrayList<>(2);
    parts.add(new Part(first().plus(lower), size().subtract(lower)));
    parts.add(new Part(first(), lower));
    parts.removeIf(part -> part.size().signum() <= 0);
    return parts;
  }

  private int lower() {
    BigInteger total = total();
    if (total.compareTo(BigInteger.valueOf(MIN_LOWER)) <= 0) {
      return 0;
    }
    return total
        .divide(BigInteger.valueOf(STEP))
        .max(BigInteger.valueOf(MIN_LOWER))
        .min(BigInteger.valueOf(MAX_LOWER))
        .intValue();
  }

  @Override
  public String toString() {
    return network + "/" + bits;
  }
}
