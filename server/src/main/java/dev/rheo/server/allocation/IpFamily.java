package dev.rheo.server.allocation;

/** A family of IP addresses; {@link #toString} is its name in the API. */
public enum IpFamily {
  IPV4("IPv4", 32),
  IPV6("IPv6", 128);

  private final String text;
  private final int bits;

  IpFamily(String text, int bits) {
    this.text = text;
    this.bits = bits;
  }

  /** The length of an address. */
  int bits() {
    return bits;
  }

  IpFamily other() {
    return this == IPV4 ? IPV6 : IPV4;
  }

  /**
   * @param text {@code IPv4} or {@code IPv6}
   */
  static IpFamily of(String text) {
    return text.equals(IPV6.text) ? IPV6 : IPV4;
  }

  /** The family of an address that is valid, or was when it was stored. */
  static IpFamily ofAddress(String address) {
    IpAddress parsed = IpAddress.parse(address);
    return parsed == null ? IPV4 : parsed.family();
  }

  @Override
  public String toString() {
    return text;
  }
}
