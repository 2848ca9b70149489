package dev.rheo.resource.rules.network;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.net.Cidr;
import dev.rheo.api.status.FieldError;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.Addresses;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.KindRules;
import dev.rheo.resource.rules.kind.Quantities;
import dev.rheo.resource.rules.kind.Syntax;
import dev.rheo.resource.type.WriteContext;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

/** Rules for writes of nodes. */
final class NodeRules extends KindRules {
  private static final int MAX_FEATURE = 253;

  /** Dynamic configuration of kubelets is gone: only what was there stays. */
  @Override
  public void prepareCreate(ObjectNode object, WriteContext context) {
    Trees.need(object, "spec").remove("configSource");
    Trees.need(object, "status").remove("config");
  }

  @Override
  public void prepareUpdate(
      ObjectNode object, ObjectNode old, String subresource, WriteContext context) {
    if (subresource.isEmpty()) {
      if (Trees.at(old, "spec", "configSource") == null) {
        Trees.need(object, "spec").remove("configSource");
      }
    } else if (Trees.at(old, "status", "config") == null) {
      Trees.need(object, "status").remove("config");
    }
  }

  @Override
  protected void checkCreate(Field node) {
    NodeAnnotations.check(node);
    taints(node);
    resources(node);
    Field swap = node.at("status", "nodeInfo", "swap", "capacity");
    if (swap.present() && swap.number() <= 0) {
      swap.placed(node.at("metadata", "nodeSwapStatus", "capacity"))
          .invalid("must be greater than zero");
    }
    features(node.at("status", "declaredFeatures"));
    podRanges(node.at("spec", "podCIDRs"));
  }

  @Override
  protected void checkUpdate(Field node, Field old) {
    checkCreate(node);
    checkSubresource("", node, old);
  }

  @Override
  protected void checkSubresource(String subresource, Field node, Field old) {
    NodeAnnotations.check(node);
    resources(node);
    features(node.at("status", "declaredFeatures"));
    addresses(node.at("status", "addresses"));
    Field ranges = node.at("spec", "podCIDRs");
    if (!old.at("spec", "podCIDRs").isEmpty() && !ranges.same(old.at("spec", "podCIDRs"))) {
      ranges.forbidden("node updates may not change podCIDR except from \"\" to valid");
    }
    Field provider = node.at("spec", "providerID");
    Field oldProvider = old.at("spec", "providerID");
    if (!oldProvider.isEmpty() && !oldProvider.is(provider.text())) {
      provider.forbidden("node updates may not change providerID except from \"\" to valid");
    }
    if (node.at("spec", "configSource").present()) {
      NodeConfigs.spec(node.at("spec", "configSource"));
    }
    NodeConfigs.status(node.at("status", "config"));
    taints(node);
    Field external = node.at("spec", "externalID");
    if (!external.is(old.at("spec", "externalID").text())) {
      external.forbidden("may not be updated");
    }
  }

  private static void taints(Field node) {
    Field taints = node.at("spec", "taints");
    // as upstream, which names the wrong part of the object
    NodeTaints.check(taints.placed(node.at("metadata", "taints")));
  }

  private static void resources(Field node) {
    for (String list : new String[] {"capacity", "allocatable"}) {
      Field resources = node.at("status", list);
      for (Field resource : resources.entries()) {
        String name = resource.name();
        Quantities.resource(name, resource.placed(resources.at(name)));
      }
    }
  }

  private static void features(Field features) {
    String before = null;
    for (Field feature : features.items()) {
      String name = feature.text();
      if (before != null) {
        if (before.equals(name)) {
          feature.duplicate();
        } else if (before.compareTo(name) > 0) {
          feature.invalid("list must be sorted alphabetically");
        }
      }
      feature(feature, name);
      before = name;
    }
  }

  private static void feature(Field feature, String name) {
    String wrong = "invalid feature name \"" + name + "\": must ";
    if (Syntax.bytes(name) > MAX_FEATURE) {
      feature.invalid(wrong + "be no more than " + MAX_FEATURE + " characters");
    } else if (!isFeature(name)) {
      feature.invalid(
          wrong
              + "start with an UpperCamelCase segment, with subsequent segments separated by '/'"
              + " (e.g., MyFeature or MyFeature/mySubFeature), and contain only alphanumeric"
              + " characters and slashes");
    }
  }

  private static boolean isFeature(String name) {
    boolean start = true;
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean upper = c >= 'A' && c <= 'Z';
      boolean letter = upper || (c >= 'a' && c <= 'z');
      boolean digit = c >= '0' && c <= '9';
      if (start ? !(i == 0 ? upper : letter) : !letter && !digit && c != '/') {
        return false;
      }
      start = c == '/';
    }
    return !start;
  }

  private static void addresses(Field addresses) {
    Set<String> seen = new HashSet<>();
    for (Field address : addresses.items()) {
      String type = address.at("type").text();
      String text = address.at("address").text();
      if (!seen.add(type.length() + ":" + type + text)) {
        ObjectNode shown = address.object().objectNode();
        shown.put("Type", type).put("Address", text);
        address.fault(FieldError.duplicate(address.path(), shown));
      }
    }
  }

  private static void podRanges(Field ranges) {
    ranges.items().forEach(Addresses::legacyCidr);
    if (ranges.size() <= 1) {
      return;
    }
    boolean four = false;
    boolean six = false;
    boolean valid = true;
    for (int i = 0; i < ranges.size() && valid; i++) {
      String text = ranges.index(i).text();
      Cidr range = Cidr.parse(text);
      if (range == null) {
        valid = false;
        ranges.fault(
            new FieldError(
                "InternalError",
                ranges.path(),
                "Internal error: invalid PodCIDRs. failed to check with dual stack with"
                    + " error:invalid CIDR["
                    + i
                    + "]: <nil> (invalid CIDR address: "
                    + text
                    + ")"));
      } else {
        four |= range.network().isFour();
        six |= range.network().isSix();
      }
    }
    if (!valid || !four || !six || ranges.size() > 2) {
      ranges.invalid("may specify no more than one CIDR for each IP family");
    }
  }

  @Override
  protected void warn(Field node, Field old, Consumer<String> warnings) {
    if (node.at("spec", "configSource").present()) {
      warnings.accept("spec.configSource: the feature is removed");
    }
    if (!node.at("spec", "externalID").isEmpty()) {
      warnings.accept("spec.externalID: this field is deprecated, and is unused by Kubernetes");
    }
    node.at("spec", "podCIDRs").items().forEach(range -> Addresses.warnCidr(range, warnings));
  }
}
