package dev.rheo.resource.rules.network;

import dev.rheo.api.name.Names;
import dev.rheo.resource.rules.kind.Field;

/** Checks of references to objects of other kinds. */
final class References {
  private References() {}

  /** Checks group, kind and name. */
  static void check(Field reference) {
    if (reference.at("apiGroup").present()) {
      reference.at("apiGroup").check(Names::dnsSubdomain);
    }
    segment(reference.at("kind"));
    segment(reference.at("name"));
  }

  /** Demands what can be a segment of a path. */
  static void segment(Field at) {
    if (at.need("")) {
      at.check(Names::pathSegment);
    }
  }
}
