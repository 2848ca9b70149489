package dev.rheo.resource.rules.network;

import dev.rheo.api.net.Cidr;
import dev.rheo.resource.rules.kind.Addresses;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.KindRules;

/** Rules for writes of ranges of cluster IPs. */
final class ServiceCidrRules extends KindRules {
  private static final String FIXED = "field is immutable";

  @Override
  protected void checkCreate(Field object) {
    check(object.at("spec"));
  }

  private static void check(Field spec) {
    Field ranges = spec.at("cidrs");
    if (!ranges.need("at least one CIDR required")) {
      return;
    }
    if (ranges.size() > 2) {
      ranges.invalid(
          spec.object().objectNode().set("CIDRs", ranges.node()), "may only hold up to 2 values");
      return;
    }
    ranges.items().forEach(Addresses::cidr);
    if (ranges.size() == 2) {
      Cidr first = Cidr.parse(ranges.index(0).text());
      Cidr second = Cidr.parse(ranges.index(1).text());
      if (first != null
          && second != null
          && first.address().isFour() == second.address().isFour()) {
        ranges.invalid(
            "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and"
                + " 2001:db8::/64");
      }
    }
  }

  @Override
  protected void checkUpdate(Field object, Field old) {
    Field now = object.at("spec", "cidrs");
    Field before = old.at("spec", "cidrs");
    if (now.size() == before.size()) {
      for (int i = 0; i < now.size() && !now.isFull(); i++) {
        same(now.index(i), before.index(i));
      }
    } else if (before.size() == 1 && now.size() == 2) {
      // the second family may come later
      same(now.index(0), before.index(0));
      check(object.at("spec"));
    } else {
      now.invalid(FIXED);
    }
  }

  private static void same(Field now, Field before) {
    if (!now.is(before.text())) {
      now.invalid(FIXED);
    }
  }
}
