package dev.rheo.resource.rules.network;

import dev.rheo.resource.rules.kind.Addresses;
import dev.rheo.resource.rules.kind.Field;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Checks of the cluster IPs of a Service, its IP families and their policy. */
public final class ClusterIpRules {
  private static final List<String> FAMILIES = List.of("IPv4", "IPv6");
  private static final List<String> POLICIES =
      List.of("PreferDualStack", "RequireDualStack", "SingleStack");
  private static final String NONE = "None";
  private static final String FIXED = "may not change once set";

  private ClusterIpRules() {}

  static boolean isHeadless(Field spec) {
    Field addresses = spec.at("clusterIPs");
    return addresses.size() == 1 && addresses.index(0).is(NONE);
  }

  /**
   * Upstream's {@code ValidateServiceClusterIPsRelatedFields}, which is asked before addresses are
   * given, too.
   *
   * @param old the spec of the Service before an update
   */
  public static void check(Field spec, Field old) {
    if (spec.at("type").is("ExternalName")) {
      return;
    }
    Field addresses = spec.at("clusterIPs");
    Field families = spec.at("ipFamilies");
    first(spec.at("clusterIP"), addresses);
    Set<String> seen = new HashSet<>();
    for (Field family : families.items()) {
      family.oneOf(FAMILIES);
      if (!seen.add(family.text())) {
        family.duplicate();
      }
    }
    if (spec.at("ipFamilyPolicy").present()) {
      spec.at("ipFamilyPolicy").oneOf(POLICIES);
    }
    boolean valid = valid(addresses, old.at("clusterIPs"));
    if (addresses.size() > 2) {
      addresses.invalid("may only hold up to 2 values");
    }
    if (!valid) {
      return;
    }
    List<String> texts = addresses.texts();
    if (texts.size() > 1
        && (texts.stream().allMatch(Addresses::isFour)
            || texts.stream().allMatch(Addresses::isSix))) {
      addresses.invalid("may specify no more than one IP for each IP family");
    }
    if (!isHeadless(spec)) {
      ofFamily(addresses, families);
    }
  }

  private static void first(Field address, Field addresses) {
    if (address.isEmpty()) {
      if (!addresses.isEmpty()) {
        addresses.invalid("must be empty when `clusterIP` is not specified");
      }
    } else if (addresses.isEmpty()) {
      addresses.required("");
    } else if (!addresses.index(0).is(address.text())) {
      addresses.invalid("first value must match `clusterIP`");
    }
  }

  private static boolean valid(Field addresses, Field old) {
    boolean valid = true;
    Set<String> before = new HashSet<>(old.texts());
    boolean first = true;
    for (Field address : addresses.items()) {
      if (first && address.is(NONE)) {
        if (addresses.size() > 1) {
          addresses.invalid("'None' must be the first and only value");
          valid = false;
        }
      } else {
        valid &= Addresses.legacyIp(address, before);
      }
      first = false;
    }
    return valid;
  }

  private static void ofFamily(Field addresses, Field families) {
    for (int i = 0; i < Math.min(addresses.size(), families.size()); i++) {
      Field address = addresses.index(i);
      Field family = families.index(i);
      boolean six = Addresses.isSix(address.text());
      if (family.is(six ? "IPv4" : "IPv6")) {
        address.invalid(
            "expected an " + family.text() + " value as indicated by `ipFamilies[" + i + "]`");
      }
    }
  }

  /** What a second address or family needs to come and go; the first one stays. */
  static void checkUpdate(Field spec, Field old) {
    if (spec.at("type").is("ExternalName") || old.at("type").is("ExternalName")) {
      return;
    }
    boolean headless = isHeadless(spec);
    boolean wasHeadless = isHeadless(old);
    if (!headless || !wasHeadless) {
      addressUpdate(spec, old);
    }
    if (!headless && !wasHeadless) {
      familyUpdate(spec, old);
    }
  }

  private static void addressUpdate(Field spec, Field old) {
    Field now = spec.at("clusterIPs");
    Field before = old.at("clusterIPs");
    Field primary = now.index(0);
    if (now.size() == before.size()) {
      for (int i = 0; i < now.size() && !now.isFull(); i++) {
        if (!now.index(i).is(before.index(i).text())) {
          now.index(i).invalid(now.shown(), FIXED);
        }
      }
      return;
    }
    if (now.isEmpty()) {
      primary.invalid(now.shown(), "primary clusterIP can not be unset");
    } else if (!before.isEmpty() && !primary.is(before.index(0).text())) {
      primary.invalid(now.shown(), FIXED);
    }
    if (before.size() > now.size() && now.size() == 1) {
      released(spec, "clusterIP");
    }
  }

  private static void familyUpdate(Field spec, Field old) {
    Field now = spec.at("ipFamilies");
    Field before = old.at("ipFamilies");
    Field addresses = spec.at("clusterIPs");
    Field primary = now.index(0);
    if (now.size() == before.size()) {
      for (int i = 0; i < now.size() && !now.isFull(); i++) {
        if (!now.index(i).is(before.index(i).text())) {
          primary.invalid(now.shown(), FIXED);
        }
      }
      return;
    }
    // upstream looks at the addresses here, and shows them
    if (before.size() > now.size() && addresses.isEmpty()) {
      primary.invalid(now.shown(), "primary ipFamily can not be unset");
    }
    if (!now.isEmpty() && !before.isEmpty() && !primary.is(before.index(0).text())) {
      primary.invalid(addresses.shown(), FIXED);
    }
    if (before.size() > now.size() && now.size() == 1) {
      released(spec, "ipFamily");
    }
  }

  private static void released(Field spec, String what) {
    Field policy = spec.at("ipFamilyPolicy");
    if (!policy.is("SingleStack")) {
      policy.invalid("must be set to 'SingleStack' when releasing the secondary " + what);
    }
  }
}
