package dev.rheo.server.allocation;

import dev.rheo.api.net.Ip;
import java.math.BigInteger;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * An IP address. As for Kubernetes, an IPv4 address that is mapped into IPv6 is an IPv4 address.
 *
 * @param value the address as an unsigned number
 */
public record IpAddress(IpFamily family, BigInteger value) implements Comparable<IpAddress> {
  private static final long FOUR = 0xffff_ffffL;

  /** How an IPv4 address is mapped into the lower half of an IPv6 address. */
  private static final long MAPPED = 0xffffL << 32;

  /** Parses an address; numbers may have leading zeros. Returns null if the text is none. */
  public static @Nullable IpAddress parse(String text) {
    Ip ip = Ip.parse(text);
    if (ip == null) {
      return null;
    }
    return ip.isFour()
        ? new IpAddress(IpFamily.IPV4, BigInteger.valueOf(ip.low() & FOUR))
        : new IpAddress(
            IpFamily.IPV6,
            new BigInteger(
                1, ByteBuffer.allocate(16).putLong(ip.high()).putLong(ip.low()).array()));
  }

  public static IpAddress of(InetAddress address) {
    return new IpAddress(
        address instanceof Inet4Address ? IpFamily.IPV4 : IpFamily.IPV6,
        new BigInteger(1, address.getAddress()));
  }

  IpAddress plus(BigInteger distance) {
    return new IpAddress(family, value.add(distance));
  }

  @Override
  public int compareTo(IpAddress other) {
    int byFamily = family.compareTo(other.family);
    return byFamily != 0 ? byFamily : value.compareTo(other.value);
  }

  /** The canonical text; that of an IPv6 address follows RFC 5952. */
  @Override
  public String toString() {
    long low = value.longValue();
    Ip ip =
        family == IpFamily.IPV4
            ? new Ip(0, MAPPED | low, false, false)
            : new Ip(value.shiftRight(64).longValue(), low, true, false);
    return ip.toString();
  }
}
