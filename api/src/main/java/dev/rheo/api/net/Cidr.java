package dev.rheo.api.net;

import org.jspecify.annotations.Nullable;

/**
 * A range of addresses in CIDR notation as upstream's {@code ParseCIDRSloppy} reads it: as an
 * {@link Ip}, and the length may have leading zeros. The address may have bits set beyond the
 * prefix.
 *
 * @param address as it was given
 * @param bits the length of the prefix, of 128 if the address was written as one of IPv6, else of
 *     32
 * @param leadingZeros whether the address or the length has some, so that strict parsers refuse it
 */
public record Cidr(Ip address, int bits, boolean leadingZeros) {
  private static final int FOUR = 32;
  private static final int SIX = 128;

  /** The range; null if the text is none. */
  public static @Nullable Cidr parse(String text) {
    int slash = text.indexOf('/');
    Ip address = slash < 0 ? null : Ip.parse(text.substring(0, slash));
    if (address == null) {
      return null;
    }
    int maximum = address.colons() ? SIX : FOUR;
    int bits = 0;
    for (int i = slash + 1; i < text.length(); i++) {
      char c = text.charAt(i);
      bits = bits * 10 + c - '0';
      if (c < '0' || c > '9' || bits > maximum) {
        return null;
      }
    }
    int digits = text.length() - slash - 1;
    boolean zeros = digits > 1 && text.charAt(slash + 1) == '0';
    return digits == 0 ? null : new Cidr(address, bits, address.leadingZeros() || zeros);
  }

  /** The first address. */
  public Ip network() {
    return address.masked(bitsOfSix());
  }

  /** Whether the address has bits set beyond the prefix. */
  public boolean hasHostBits() {
    return !address.sameAs(network());
  }

  public boolean contains(Ip other) {
    return other.masked(bitsOfSix()).sameAs(network()) && other.isFour() == network().isFour();
  }

  /** The length of the whole address, as {@link #bits} counts: 32 or 128. */
  public int addressBits() {
    return address.colons() ? SIX : FOUR;
  }

  private int bitsOfSix() {
    return address.colons() ? bits : bits + SIX - FOUR;
  }

  /** The range in canonical form: its first address and the length. */
  @Override
  public String toString() {
    Ip network = network();
    return network + "/" + (network.isFour() ? bitsOfSix() - (SIX - FOUR) : bits);
  }
}
