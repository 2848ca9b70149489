package dev.rheo.resource.rules.workload;

import dev.rheo.api.name.Names;
import dev.rheo.resource.rules.kind.Field;
import org.jspecify.annotations.Nullable;

/** Checks of what an autoscaler refers to, by version, kind and name. */
final class ObjectReferences {
  /** What is demanded of the API group. */
  enum Group {
    REQUIRED,
    OPTIONAL,
    /** The whole {@code apiVersion} may be invalid, since it was before. */
    ANY
  }

  private ObjectReferences() {}

  static void validate(Field reference, Group group) {
    for (String part : new String[] {"kind", "name"}) {
      if (reference.at(part).need("")) {
        reference.at(part).check(Names::pathSegment);
      }
    }
    Field version = reference.at("apiVersion");
    String fault = fault(version.text(), group);
    if (fault != null) {
      version.invalid(version.text(), fault);
    }
  }

  /** What is wrong with an {@code apiVersion}; null if it is fine. */
  static @Nullable String fault(String version, Group group) {
    if (group == Group.ANY) {
      return null;
    }
    int slash = version.indexOf('/');
    if (slash >= 0 && version.indexOf('/', slash + 1) >= 0) {
      return "unexpected GroupVersion string: " + version;
    }
    return slash <= 0 && group == Group.REQUIRED ? "apiVersion must specify API group" : null;
  }
}
