package dev.rheo.schema.rule;

import dev.rheo.schema.Structural;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What expressions can read at the root of each resource, whatever its schema says: {@code kind},
 * {@code apiVersion}, {@code metadata.name} and {@code metadata.generateName}.
 */
final class Metadata {
  private static final Structural TEXT = of("string", Map.of());

  private static final Structural META = of("object", Map.of("name", TEXT, "generateName", TEXT));

  private Metadata() {}

  private static Structural of(String type, Map<String, Structural> properties) {
    return Structural.ofTypes(type, properties, Structural.Additional.NONE);
  }

  /** Whether the schema of a resource says less than what can be read. */
  static boolean isMissing(Structural resource) {
    Structural meta = resource.properties().get("metadata");
    return !isText(resource, "kind")
        || !isText(resource, "apiVersion")
        || meta == null
        || !meta.type().equals("object")
        || !isText(meta, "name")
        || !isText(meta, "generateName");
  }

  private static boolean isText(Structural schema, String field) {
    Structural found = schema.properties().get(field);
    return found != null && found.type().equals("string");
  }

  /** The schema of a field that takes the place of what the resource says; null if none does. */
  static @Nullable Structural field(String name) {
    return switch (name) {
      case "kind", "apiVersion" -> TEXT;
      case "metadata" -> META;
      default -> null;
    };
  }

  /** The fields of a resource, with those that can always be read. */
  static Map<String, Structural> fields(Structural resource) {
    if (!isMissing(resource)) {
      return resource.properties();
    }
    Map<String, Structural> fields = new LinkedHashMap<>(resource.properties());
    fields.put("kind", TEXT);
    fields.put("apiVersion", TEXT);
    fields.put("metadata", META);
    return fields;
  }
}
