package dev.rheo.api.net;

import org.jspecify.annotations.Nullable;

/**
 * An IP address as upstream's {@code ParseIPSloppy} reads it: numbers may have leading zeros, and
 * an IPv4 address that is mapped into IPv6 ({@code ::ffff:1.2.3.4}) is an IPv4 address. Zones are
 * not allowed.
 *
 * @param high the upper 64 of the 128 bits; those of an IPv4 address are mapped into IPv6
 * @param low the lower 64 bits
 * @param colons whether the text was that of an IPv6 address
 * @param leadingZeros whether a number had more digits than it needs, in a way that strict parsers
 *     refuse: a decimal with a leading zero, a hexadecimal of more than four digits
 */
public record Ip(long high, long low, boolean colons, boolean leadingZeros) {
  private static final int GROUPS = 8;
  private static final long MAPPED = 0xffffL;

  /** The address; null if the text is none. */
  public static @Nullable Ip parse(String text) {
    return new IpParser(text).parse();
  }

  public boolean isFour() {
    return high == 0 && low >>> 32 == MAPPED;
  }

  public boolean isSix() {
    return !isFour();
  }

  /** Whether it is an IPv4 address that was written as one of IPv6. */
  public boolean isMapped() {
    return colons && isFour();
  }

  public boolean isUnspecified() {
    return high == 0 && (low == 0 || low == MAPPED << 32);
  }

  public boolean isLoopback() {
    return isFour() ? octet(0) == 127 : high == 0 && low == 1;
  }

  public boolean isLinkLocalUnicast() {
    return isFour() ? octet(0) == 169 && octet(1) == 254 : high >>> 54 == 0xfe80 >>> 6;
  }

  public boolean isLinkLocalMulticast() {
    return isFour()
        ? octet(0) == 224 && octet(1) == 0 && octet(2) == 0
        : (group(0) & 0xff0f) == 0xff02;
  }

  /** Whether both are the same address, however they were written. */
  public boolean sameAs(Ip other) {
    return high == other.high && low == other.low;
  }

  /**
   * The address with zeros after the first bits.
   *
   * @param length of the 128 bits
   */
  Ip masked(int length) {
    long upper = length >= 64 ? high : high & mask(length);
    long lower = length >= 128 ? low : length <= 64 ? 0 : low & mask(length - 64);
    return new Ip(upper, lower, colons, leadingZeros);
  }

  private static long mask(int length) {
    return length == 0 ? 0 : -1L << (64 - length);
  }

  /** One of the four numbers of an IPv4 address. */
  private int octet(int index) {
    return (int) (low >>> (24 - 8 * index)) & 0xff;
  }

  private int group(int index) {
    return (int) ((index < 4 ? high : low) >>> (48 - 16 * (index % 4))) & 0xffff;
  }

  /** The canonical text: decimal numbers with dots, or that of RFC 5952. */
  @Override
  public String toString() {
    return isFour() ? octet(0) + "." + octet(1) + "." + octet(2) + "." + octet(3) : groups();
  }

  private String groups() {
    int from = -1;
    int length = 1; // one group of zeros alone is not shortened
    for (int i = 0; i < GROUPS; i++) {
      int end = i;
      while (end < GROUPS && group(end) == 0) {
        end++;
      }
      if (end - i > length) {
        from = i;
        length = end - i;
      }
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < GROUPS; i++) {
      if (i == from) {
        text.append("::");
        i += length - 1;
      } else {
        if (i > 0 && i != from + length) {
          text.append(':');
        }
        text.append(Integer.toHexString(group(i)));
      }
    }
    return text.toString();
  }
}
