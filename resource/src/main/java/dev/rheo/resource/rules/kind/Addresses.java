package dev.rheo.resource.rules.kind;

import dev.rheo.api.name.Names;
import dev.rheo.api.net.Cidr;
import dev.rheo.api.net.Ip;
import dev.rheo.api.status.Excerpt;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Checks of IP addresses and of ranges in CIDR notation (KEP-4858).
 *
 * <p>Fields that are older than strict checks take every spelling that is unambiguous, and whatever
 * the old object had; for such spellings there are warnings. New fields demand the canonical form.
 */
public final class Addresses {
  private static final String NO_CIDR =
      "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";

  private Addresses() {}

  public static boolean isIp(String text) {
    return Ip.parse(text) != null;
  }

  public static boolean isFour(String text) {
    Ip ip = Ip.parse(text);
    return ip != null && ip.isFour();
  }

  public static boolean isSix(String text) {
    Ip ip = Ip.parse(text);
    return ip != null && ip.isSix();
  }

  /** Upstream's {@code IsValidIPForLegacyField}. */
  public static boolean legacyIp(Field at) {
    String fault = ipFault(at.text());
    if (fault != null) {
      at.invalid(at.text(), fault);
    }
    return fault == null;
  }

  /**
   * As {@link #legacyIp(Field)}, where values of the old object stay valid.
   *
   * @param before a set, if it may be large
   */
  public static boolean legacyIp(Field at, Collection<String> before) {
    return before.contains(at.text()) || legacyIp(at);
  }

  private static @Nullable String ipFault(String text) {
    Ip ip = Ip.parse(text);
    if (ip == null) {
      return "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
    }
    return ip.leadingZeros()
        ? "must not have leading 0s"
        : ip.isMapped() ? "must not be an IPv4-mapped IPv6 address" : null;
  }

  /** Upstream's {@code IsValidIP}: an address in canonical form. */
  public static boolean ip(Field at) {
    List<String> faults = Names.ipAddress(at.text());
    faults.forEach(fault -> at.invalid(at.text(), fault));
    return faults.isEmpty();
  }

  /** Upstream's {@code ValidateEndpointIP}: no address that means something else on each host. */
  public static void endpoint(Field at) {
    String text = at.text();
    Ip ip = Ip.parse(text);
    if (ip == null) {
      at.invalid(text, "must be a valid IP address");
      return;
    }
    if (ip.isUnspecified()) {
      at.invalid(text, "may not be unspecified (" + text + ")");
    }
    if (ip.isLoopback()) {
      at.invalid(text, "may not be in the loopback range (127.0.0.0/8, ::1/128)");
    }
    if (ip.isLinkLocalUnicast()) {
      at.invalid(text, "may not be in the link-local range (169.254.0.0/16, fe80::/10)");
    }
    if (ip.isLinkLocalMulticast()) {
      at.invalid(text, "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)");
    }
  }

  /** Upstream's {@code IsValidCIDRForLegacyField}. */
  public static void legacyCidr(Field at) {
    cidrFault(at, at.text());
  }

  /**
   * As {@link #legacyCidr(Field)}, where values of the old object stay valid.
   *
   * @param before a set, if it may be large
   */
  public static void legacyCidr(Field at, String value, Collection<String> before) {
    if (!before.contains(value)) {
      cidrFault(at, value);
    }
  }

  private static @Nullable Cidr cidrFault(Field at, String text) {
    Cidr cidr = Cidr.parse(text);
    String fault =
        cidr == null
            ? NO_CIDR
            : cidr.leadingZeros()
                ? "must not have leading 0s in IP or prefix length"
                : cidr.address().isMapped()
                    ? "must not have an IPv4-mapped IPv6 address"
                    : cidr.hasHostBits() ? "must not have bits set beyond the prefix length" : null;
    if (fault == null) {
      return cidr;
    }
    at.invalid(text, fault);
    return null;
  }

  /** Upstream's {@code IsValidCIDR}: a range in canonical form. */
  public static void cidr(Field at) {
    String text = at.text();
    Cidr cidr = cidrFault(at, text);
    if (cidr != null && !text.equals(cidr.toString())) {
      at.invalid(text, canonical(cidr.toString()));
    }
  }

  private static String canonical(String text) {
    return "must be in canonical form (" + Excerpt.quoted(text) + ")";
  }

  /** Upstream's {@code GetWarningsForIP}. */
  public static void warnIp(Field at, Consumer<String> warnings) {
    String text = at.text();
    Ip ip = Ip.parse(text);
    if (ip == null) {
      return;
    }
    String shown = Excerpt.quoted(text);
    String better = Excerpt.quoted(ip.toString());
    if (ip.leadingZeros() || ip.isMapped()) {
      warnings.accept(
          at.path() + ": non-standard IP address " + shown + " is invalid: use " + better);
    } else if (ip.isSix() && !text.equals(ip.toString())) {
      warnings.accept(
          at.path()
              + ": IPv6 address "
              + shown
              + " should be in RFC 5952 canonical format ("
              + better
              + ")");
    }
  }

  /** Upstream's {@code GetWarningsForCIDR}. */
  public static void warnCidr(Field at, Consumer<String> warnings) {
    String text = at.text();
    Cidr cidr = Cidr.parse(text);
    if (cidr == null) {
      return;
    }
    String path = at.path();
    String shown = Excerpt.quoted(text);
    String better = Excerpt.quoted(cidr.toString());
    boolean ambiguous = cidr.hasHostBits();
    if (ambiguous) {
      warnings.accept(
          path
              + ": CIDR value "
              + shown
              + " is ambiguous in this context (should be "
              + better
              + " or "
              + Excerpt.quoted(cidr.address() + "/" + cidr.addressBits())
              + "?)");
    }
    if (cidr.leadingZeros() || cidr.address().isMapped()) {
      warnings.accept(path + ": non-standard CIDR value " + shown + " is invalid: use " + better);
    } else if (!ambiguous && cidr.address().isSix() && !text.equals(cidr.toString())) {
      warnings.accept(
          path
              + ": IPv6 CIDR value "
              + shown
              + " should be in RFC 5952 canonical format ("
              + better
              + ")");
    }
  }
}
