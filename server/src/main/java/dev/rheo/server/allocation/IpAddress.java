package dev.rheo.server.allocation;

import java.math.BigInteger;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An IP address. As for Kubernetes, an IPv4 address that is mapped into IPv6 is an IPv4 address.
 *
 * @param value the address as an unsigned number
 */
public record IpAddress(IpFamily family, BigInteger value) implements Comparable<IpAddress> {
  private static final Pattern DOTTED = Pattern.compile("\\d{1,10}(\\.\\d{1,10}){3}");

  /** Parses an address; numbers may have leading zeros. Returns null if the text is none. */
  public static @Nullable IpAddress parse(String text) {
    if (DOTTED.matcher(text).matches()) {
      return dotted(text);
    }
    if (text.indexOf(':') < 0 || text.indexOf('%') >= 0 || text.indexOf('[') >= 0) {
      return null;
    }
    try {
      return of(Inet6Address.ofLiteral(text));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static @Nullable IpAddress dotted(String text) {
    BigInteger value = BigInteger.ZERO;
    for (String part : text.split("\\.")) {
      long number = Long.parseLong(part);
      if (number > 255) {
        return null;
      }
      value = value.shiftLeft(8).or(BigInteger.valueOf(number));
    }
    return new IpAddress(IpFamily.IPV4, value);
  }

  public static IpAddress of(InetAddress address) {
    return new IpAddress(
        address instanceof Inet4Address ? IpFamily.IPV4 : IpFamily.IPV6,
        new BigInteger(1, address.getAddress()));
  }

  /** Whether a text is an IPv4 address that is mapped into IPv6. */
  static boolean isMapped(String text) {
    IpAddress address = text.indexOf(':') < 0 ? null : parse(text);
    return address != null && address.family == IpFamily.IPV4;
  }

  /** Whether a text has decimal numbers with leading zeros, which some read as octal. */
  static boolean hasLeadingZeros(String text) {
    int dotted = text.lastIndexOf(':') + 1;
    if (text.indexOf('.') < 0) {
      return false;
    }
    for (String part : text.substring(dotted).split("\\.")) {
      if (part.length() > 1 && part.startsWith("0")) {
        return true;
      }
    }
    return false;
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
    return family == IpFamily.IPV4 ? dotted() : groups();
  }

  private String dotted() {
    long bits = value.longValue();
    return (bits >> 24 & 255)
        + "."
        + (bits >> 16 & 255)
        + "."
        + (bits >> 8 & 255)
        + "."
        + (bits & 255);
  }

  private String groups() {
    int[] groups = new int[8];
    for (int i = 0; i < 8; i++) {
      groups[i] = value.shiftRight(16 * (7 - i)).intValue() & 0xffff;
    }
    int from = 0;
    int length = 0;
    for (int i = 0; i < 8; i++) {
      int end = i;
      while (end < 8 && groups[end] == 0) {
        end++;
      }
      if (end - i > length) {
        from = i;
        length = end - i;
      }
    }
    StringBuilder text = new StringBuilder();
    // One group of zeros alone is not shortened.
    for (int i = 0; i < 8; i++) {
      if (length > 1 && i == from) {
        text.append("::");
        i += length - 1;
      } else {
        if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
          text.append(':');
        }
        text.append(Integer.toHexString(groups[i]));
      }
    }
    return text.toString();
  }
}
