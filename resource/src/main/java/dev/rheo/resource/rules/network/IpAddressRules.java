package dev.rheo.resource.rules.network;

import dev.rheo.api.name.Names;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.KindRules;

/** Rules for writes of IP addresses. */
final class IpAddressRules extends KindRules {
  @Override
  protected void checkCreate(Field address) {
    Field parent = address.at("spec", "parentRef");
    if (parent.absent()) {
      parent.required("");
      return;
    }
    if (!parent.at("group").isEmpty()) {
      parent.at("group").check(Names::dnsSubdomain);
    }
    References.segment(parent.at("resource"));
    References.segment(parent.at("name"));
    if (!parent.at("namespace").isEmpty()) {
      parent.at("namespace").check(Names::pathSegment);
    }
  }

  @Override
  protected void checkUpdate(Field address, Field old) {
    checkCreate(address);
    Field parent = address.at("spec", "parentRef");
    if (!parent.same(old.at("spec", "parentRef"))) {
      parent.invalid(shown(parent), "field is immutable");
    }
  }

  /** As upstream prints it, with the names of Go's fields. */
  private static Object shown(Field parent) {
    return parent.absent()
        ? parent.shown()
        : parent
            .object()
            .objectNode()
            .put("Group", parent.at("group").text())
            .put("Resource", parent.at("resource").text())
            .put("Namespace", parent.at("namespace").text())
            .put("Name", parent.at("name").text());
  }
}
