package dev.rheo.cel.value;

import dev.rheo.api.net.Ip;
import dev.rheo.api.status.GoText;

/**
 * An IP address as Go's {@code netip.ParseAddr} reads it: strictly, and neither with a zone nor an
 * IPv4 address written as one of IPv6.
 */
public record Address(Ip ip) {
  private static final int FOUR = 4;
  private static final int SIX = 16;

  /**
   * Reads an address.
   *
   * @throws IllegalArgumentException in upstream's words
   */
  public static Address parse(String text) {
    if (text.indexOf('%') >= 0 && Ip.parse(text.substring(0, text.indexOf('%'))) != null) {
      throw new IllegalArgumentException(
          "IP address " + GoText.quote(text) + " with zone value is not allowed");
    }
    Ip ip = Ip.parse(text);
    if (ip == null || ip.leadingZeros()) {
      throw new IllegalArgumentException(
          "IP Address "
              + GoText.quote(text)
              + " parse error during conversion from string: ParseAddr("
              + GoText.quote(text)
              + "): unable to parse IP");
    }
    if (ip.isMapped()) {
      throw mapped(text);
    }
    return new Address(ip);
  }

  static IllegalArgumentException mapped(String text) {
    return new IllegalArgumentException(
        "IPv4-mapped IPv6 address " + GoText.quote(text) + " is not allowed");
  }

  /** 4 or 6. */
  public long family() {
    return ip.isFour() ? 4 : 6;
  }

  /** Its bytes. */
  public int size() {
    return ip.isFour() ? FOUR : SIX;
  }

  public boolean isUnspecified() {
    return ip.isUnspecified();
  }

  /** Whether it is of one host: not a broadcast, unspecified, loopback, multicast or local one. */
  public boolean isGlobalUnicast() {
    boolean broadcast = ip.isFour() && ip.toString().equals("255.255.255.255");
    return !broadcast
        && !ip.isUnspecified()
        && !ip.isLoopback()
        && !isMulticast()
        && !ip.isLinkLocalUnicast();
  }

  private boolean isMulticast() {
    return ip.isFour() ? (ip.low() >>> 28 & 0xf) == 0xe : ip.high() >>> 56 == 0xff;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Address that && ip.sameAs(that.ip);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(ip.high() * 31 + ip.low());
  }

  @Override
  public String toString() {
    return ip.toString();
  }
}
