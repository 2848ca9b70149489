package dev.rheo.resource.rules.network;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.name.Names;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.Syntax;

/** Checks of where the configuration of a kubelet came from. */
final class NodeConfigs {
  private NodeConfigs() {}

  static void spec(Field source) {
    Field map = source.at("configMap");
    if (map.present()) {
      for (String name : new String[] {"uid", "resourceVersion"}) {
        if (!map.at(name).isEmpty()) {
          map.at(name).forbidden(name + " must not be set in spec");
        }
      }
      reference(map);
    }
    one(source);
  }

  static void status(Field config) {
    for (String name : new String[] {"assigned", "active", "lastKnownGood"}) {
      Field source = config.at(name);
      if (source.present()) {
        Field map = source.at("configMap");
        if (map.present()) {
          map.at("uid").need("");
          map.at("resourceVersion").need("");
          reference(map);
        }
        one(source);
      }
    }
  }

  private static void one(Field source) {
    if (source.at("configMap").absent()) {
      ObjectNode shown = source.object().objectNode();
      source.invalid(shown.putNull("ConfigMap"), "exactly one reference subfield must be non-nil");
    }
  }

  private static void reference(Field map) {
    if (map.at("namespace").need("")) {
      map.at("namespace").check(Names::dnsLabel);
    }
    if (map.at("name").need("")) {
      map.at("name").check(Names::dnsSubdomain);
    }
    if (map.at("kubeletConfigKey").need("")) {
      map.at("kubeletConfigKey").check(Syntax::configKey);
    }
  }
}
