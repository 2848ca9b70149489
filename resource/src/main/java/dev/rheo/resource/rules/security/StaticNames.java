package dev.rheo.resource.rules.security;

import dev.rheo.resource.rules.kind.Field;
import java.util.function.Consumer;

/** The names that objects for admission in files have. */
final class StaticNames {
  private static final String SUFFIX = ".static.k8s.io";

  private StaticNames() {}

  /** Warns of a name that an object in a file may have, too. */
  static void warn(Field object, Consumer<String> warnings) {
    if (object.at("metadata", "name").text().endsWith(SUFFIX)) {
      warnings.accept(
          "metadata.name: names ending with \""
              + SUFFIX
              + "\" are reserved for static manifest-based configurations and cannot be managed via"
              + " the API");
    }
  }
}
