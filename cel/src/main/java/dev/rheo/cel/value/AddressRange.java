package dev.rheo.cel.value;

import dev.rheo.api.net.Cidr;
import dev.rheo.api.status.GoText;

/** A range of addresses as Go's {@code netip.ParsePrefix} reads it, strictly. */
public record AddressRange(Cidr cidr) {
  private static final String PROBLEM =
      "network address parse error during conversion from string: ";

  /**
   * Reads a range.
   *
   * @throws IllegalArgumentException in upstream's words
   */
  public static AddressRange parse(String text) {
    Cidr cidr = Cidr.parse(text);
    if (cidr == null || cidr.leadingZeros()) {
      throw new IllegalArgumentException(
          PROBLEM + PROBLEM + "netip.ParsePrefix(" + GoText.quote(text) + "): " + reason(text));
    }
    if (cidr.address().isMapped()) {
      throw new IllegalArgumentException(PROBLEM + Address.mapped(text).getMessage());
    }
    return new AddressRange(cidr);
  }

  private static String reason(String text) {
    return text.indexOf('/') < 0 ? "no '/'" : "unable to parse IP";
  }

  public Address address() {
    return new Address(cidr.address());
  }

  public int bits() {
    return cidr.bits();
  }

  /** The bytes that the prefix has a part of. */
  public int size() {
    return (cidr.bits() + 7) / 8;
  }

  public boolean contains(Address address) {
    return cidr.contains(address.ip());
  }

  public boolean contains(AddressRange other) {
    return bits() <= other.bits() && cidr.contains(other.cidr.address());
  }

  /** The range with zeros after its prefix. */
  public AddressRange masked() {
    return new AddressRange(new Cidr(cidr.network(), cidr.bits(), false));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof AddressRange that
        && bits() == that.bits()
        && cidr.address().sameAs(that.cidr.address());
  }

  @Override
  public int hashCode() {
    return address().hashCode() * 31 + bits();
  }

  @Override
  public String toString() {
    return cidr.address() + "/" + bits();
  }
}
